using System.Net;
using System.Net.Sockets;
using System.Text;
using Etcd.ServiceDefaults.Connections;
using Etcd.ServiceDefaults.Plaintext;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Tests.Plaintext;

public sealed class ConnectionLimitTests
{
    private const int MaxConnections = 2;
    private const int Clients = 12;

    private static readonly byte[] Request = [.. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_beyond_the_limit_wait_until_others_end(bool bothProtocols)
    {
        await using var app = Build(bothProtocols);
        await app.StartAsync();
        int port = new Uri(app.Urls.First()).Port;
        var clients = new List<Socket>();
        for (int i = 0; i < Clients; i++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            clients.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, port);
            await client.SendAsync(Request);
        }

        // The kernel keeps them in order, so each one's turn comes when those before it have ended.
        await AnsweredAsync(clients[0]);
        await AnsweredAsync(clients[1]);
        for (int i = 0; i < Clients; i++)
        {
            await clients[0].SendAsync(Request);
            await AnsweredAsync(clients[0]);
        }

        Assert.All(clients.Skip(MaxConnections), client => Assert.Equal(0, client.Available));
        clients[0].Dispose();
        clients[1].Dispose();
        foreach (var client in clients.Skip(MaxConnections))
        {
            await AnsweredAsync(client);
            client.Dispose();
        }
    }

    [Fact]
    public async Task Server_without_room_stops()
    {
        await using var app = Build(bothProtocols: true);
        await app.StartAsync();
        int port = new Uri(app.Urls.First()).Port;
        using var first = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(IPAddress.Loopback, port);
        await second.ConnectAsync(IPAddress.Loopback, port);

        await app.StopAsync().WaitAsync(Limit);
    }

    private static async Task AnsweredAsync(Socket client)
    {
        using var limit = new CancellationTokenSource(Limit);
        byte[] answer = new byte[1024];
        int length = await client.ReceiveAsync(answer, limit.Token);
        Assert.StartsWith("HTTP/1.1 204", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    private static WebApplication Build(bool bothProtocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPlaintextProtocolDetection();
        builder.Services.Configure<ConnectionLimitOptions>(options => options.MaxConnections = MaxConnections);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, 0);
            if (bothProtocols)
            {
                kestrel.ListenHttp1AndHttp2Plaintext(endPoint);
            }
            else
            {
                kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        var app = builder.Build();
        // The whole answer is one head, sent at once.
        app.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        return app;
    }
}
