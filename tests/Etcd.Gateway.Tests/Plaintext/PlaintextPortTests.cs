using System.Net;
using System.Net.Sockets;
using System.Text;
using Etcd.ServiceDefaults.Plaintext;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Tests.Plaintext;

public sealed class PlaintextPortTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private WebApplication _app = null!; // Set before each test.
    private int _port;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPlaintextProtocolDetection();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(300);
            kestrel.ListenHttp1AndHttp2Plaintext(new IPEndPoint(IPAddress.Loopback, 0));
        });
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(context.Request.Protocol));
        await _app.StartAsync();
        _port = new Uri(_app.Urls.First()).Port;
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Port_serves_both_protocols()
    {
        using var client = new HttpClient();

        Assert.Equal("HTTP/1.1", await GetAsync(client, HttpVersion.Version11));
        Assert.Equal("HTTP/2", await GetAsync(client, HttpVersion.Version20));
        Assert.Equal("HTTP/1.1", await GetAsync(client, HttpVersion.Version11));
        Assert.Single(_app.Urls.Distinct());
    }

    [Theory]
    [InlineData("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    public async Task Http1_request_that_comes_byte_by_byte_is_served(string request)
    {
        using var client = await ConnectAsync();
        foreach (var value in Encoding.ASCII.GetBytes(request))
        {
            await client.SendAsync(new[] { value });
        }

        Assert.StartsWith("HTTP/1.1 200", await ReadToEndAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http2_preface_that_comes_byte_by_byte_is_served()
    {
        using var client = await ConnectAsync();
        foreach (var value in Http2Preface.Bytes.ToArray())
        {
            await client.SendAsync(new[] { value });
        }

        // An empty SETTINGS frame; the server's own SETTINGS frame comes first of all.
        await client.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        var header = new byte[9];
        await ReadExactlyAsync(client, header);
        Assert.Equal(4, header[3]);
    }

    [Fact]
    public async Task Partial_preface_is_cut_off_after_the_time_for_headers()
    {
        using var client = await ConnectAsync();
        await client.SendAsync("PRI * HTTP/2.0\r\n"u8.ToArray());

        Assert.Equal("", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Client_that_leaves_before_it_says_anything_harms_nobody()
    {
        for (var i = 0; i < 20; i++)
        {
            (await ConnectAsync()).Dispose();
        }

        using var client = new HttpClient();
        Assert.Equal("HTTP/2", await GetAsync(client, HttpVersion.Version20));
    }

    [Fact]
    public async Task Stop_does_not_wait_for_clients_that_say_nothing()
    {
        using var client = await ConnectAsync();

        await _app.StopAsync().WaitAsync(Limit);

        Assert.Equal("", await ReadToEndAsync(client));
    }

    private async Task<string> GetAsync(HttpClient client, Version version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_port}/")
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request).WaitAsync(Limit);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(Limit);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int length;
            while ((length = await socket.ReceiveAsync(buffer, timeout.Token)) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // A reset ends the connection as well.
        }

        return text.ToString();
    }

    private static async Task ReadExactlyAsync(Socket socket, byte[] buffer)
    {
        using var timeout = new CancellationTokenSource(Limit);
        using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.ReadExactlyAsync(buffer, timeout.Token);
    }
}
