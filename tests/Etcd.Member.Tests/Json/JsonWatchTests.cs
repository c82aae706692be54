using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Etcd.Member.Tests.Host;

namespace Etcd.Member.Tests.Json;

/// <summary>Watches of a whole member over HTTP/1.1.</summary>
public sealed class JsonWatchTests : IAsyncLifetime, IDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-json-").FullName;
    private readonly HttpClient _client = new();
    private TestRun? _run;

    private TestRun Run => _run ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        _run = TestRun.Start(Path.Combine(_directory, "data"));
        await _run.CapableAsync(_client);
    }

    public async Task DisposeAsync() => await Run.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Watch_outlives_its_body_and_gives_each_event_at_once()
    {
        using var response = await OpenAsync(new StringContent("""{"create_request":{"key":"YQ=="}} trailing"""));
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("application/grpc", response.Headers.GetValues("Grpc-Metadata-Content-Type").Single());
        Assert.True((await NextAsync(lines)).GetProperty("created").GetBoolean());

        foreach (var value in new[] { "MQ==", "Mg==" })
        {
            await PutAsync("YQ==", value);
            var kv = (await NextAsync(lines)).GetProperty("events")[0].GetProperty("kv");
            Assert.Equal(value, kv.GetProperty("value").GetString());
        }
    }

    [Fact]
    public async Task Requests_that_come_later_in_the_body_are_taken_as_they_come()
    {
        // HttpClient reads no answer before it has sent the whole body.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(Run.ClientUrl).Port);
        using var lines = new StreamReader(client.GetStream());
        await WriteAsync("POST /v3/watch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");

        await SendAsync("""{"create_request":{"key":"YQ=="}}{"create_request":{"key":"Yg=="}}""");
        Assert.False((await NextAsync(lines)).TryGetProperty("watch_id", out _));
        Assert.Equal("1", (await NextAsync(lines)).GetProperty("watch_id").GetString());

        await SendAsync("""{"progress_req""");
        await SendAsync("""uest":{}}""");
        Assert.Equal("-1", (await NextAsync(lines)).GetProperty("watch_id").GetString());

        await SendAsync("""{"cancelRequest":{"watchId":1}}""");
        Assert.True((await NextAsync(lines)).GetProperty("canceled").GetBoolean());

        Task SendAsync(string chunk) => WriteAsync($"{chunk.Length:x}\r\n{chunk}\r\n");

        async Task WriteAsync(string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public async Task Watch_over_a_web_socket_takes_and_gives_messages()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(Run.ClientUrl.Replace("http", "ws") + "/v3/watch"), CancellationToken.None);
        foreach (var request in new[] { """{"create_request":{"key":"YQ=="}}""", """{"progress_request":{}}""" })
        {
            var message = Encoding.UTF8.GetBytes(request);
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            Assert.StartsWith("{\"result\":{\"header\":", await ReceiveAsync(), StringComparison.Ordinal);
        }

        await PutAsync("YQ==", "MQ==");
        Assert.EndsWith("\"value\":\"MQ==\"}}]}}", await ReceiveAsync(), StringComparison.Ordinal);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        async Task<string> ReceiveAsync()
        {
            var buffer = new byte[4096];
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Limit);
            Assert.True(received.EndOfMessage);
            return Encoding.UTF8.GetString(buffer, 0, received.Count);
        }
    }

    [Fact]
    public async Task Body_that_is_no_http_is_refused()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(Run.ClientUrl).Port);
        await client.GetStream().WriteAsync(
            "POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"u8.ToArray());
        using var lines = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 400 Bad Request", await lines.ReadLineAsync().WaitAsync(Limit));
        Assert.Equal(JsonValueKind.String, (await ReadAsync(lines, "error")).ValueKind);
    }

    [Fact]
    public async Task Client_that_leaves_ends_its_watch()
    {
        using (var response = await OpenAsync(new StringContent("""{"create_request":{"key":"YQ=="}}""")))
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            await NextAsync(lines);
            Assert.Contains("mvcc_watcher_total 1\n", await MetricsAsync(), StringComparison.Ordinal);
        }

        using var limit = new CancellationTokenSource(Limit);
        while (!(await MetricsAsync()).Contains("mvcc_watcher_total 0\n", StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, "phase: client left; expected: no watcher; actual: one");
        }
    }

    [Fact]
    public async Task Member_that_stops_says_so()
    {
        using var response = await OpenAsync(new StringContent("""{"create_request":{"key":"YQ=="}}"""));
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await NextAsync(lines);

        var stopping = Run.StopAsync(SigTerm);
        var error = await ReadAsync(lines, "error");
        Assert.Equal(14, error.GetProperty("code").GetInt32());
        Assert.Equal("etcdserver: server stopped", error.GetProperty("message").GetString());
        await stopping;
    }

    private static Task<JsonElement> NextAsync(StreamReader lines) => ReadAsync(lines, "result");

    private static async Task<JsonElement> ReadAsync(StreamReader lines, string member)
    {
        string? line;
        do
        {
            // Headers and the lengths of chunks are for others to check.
            line = await lines.ReadLineAsync().WaitAsync(Limit);
            Assert.NotNull(line);
        }
        while (!line.StartsWith('{'));
        return JsonDocument.Parse(line).RootElement.GetProperty(member);
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Run.ClientUrl + "/v3/watch") { Content = content };
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
    }

    private async Task PutAsync(string key, string value)
    {
        using var response = await _client.PostAsync(
            Run.ClientUrl + "/v3/kv/put", new StringContent($$"""{"key":"{{key}}","value":"{{value}}"}"""));
        response.EnsureSuccessStatusCode();
    }

    private Task<string> MetricsAsync() => _client.GetStringAsync(Run.ClientUrl + "/metrics");
}
