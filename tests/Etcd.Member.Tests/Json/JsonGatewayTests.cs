using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Etcd.Member.Tests.Host;

namespace Etcd.Member.Tests.Json;

/// <summary>A whole member over HTTP/1.1; what is expected is what etcd 3.5.30 answers.</summary>
public sealed partial class JsonGatewayTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-json-").FullName;
    private readonly HttpClient _client = new() { Timeout = Limit };
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
    public async Task Requests_are_answered_as_by_etcd()
    {
        foreach (var (path, body, status, answer) in Cases())
        {
            using var response = await PostAsync("/v3/" + path, body);

            var text = Header().Replace(await response.Content.ReadAsStringAsync(), "{…$1}");
            Assert.Equal((path, body, status, answer), (path, body, (int)response.StatusCode, text));
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
            if (answer.Length > 0)
            {
                Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
            }

            Assert.Equal(
                status == 200 && answer.Length > 0,
                response.Headers.TryGetValues("Grpc-Metadata-Content-Type", out var kind)
                    && kind.Single() == "application/grpc");
        }
    }

    [Theory]
    [InlineData("POST", "/v3beta/kv/range", 200)]
    [InlineData("POST", "/v3alpha/kv/range", 404)]
    [InlineData("GET", "/v3/kv/range", 501)]
    [InlineData("PUT", "/v3/watch", 501)]
    [InlineData("GET", "/v3/nope", 404)]
    [InlineData("OPTIONS", "/v3/kv/range", 200)]
    public async Task Methods_and_prefixes_are_those_of_etcd(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Run.ClientUrl + path)
        {
            Content = new StringContent("""{"key":"YQ=="}"""),
        };

        using var response = await _client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Requests_in_http_headers_reach_the_call()
    {
        using var late = await PostAsync("/v3/watch", "", ("Grpc-Timeout", "100m"));
        Assert.Equal(504, (int)late.StatusCode);
        Assert.Equal(
            """{"error":{"grpc_code":4,"http_code":504,"message":"context deadline exceeded","""
            + "\"http_status\":\"Gateway Timeout\",\"code\":4}}\n",
            await late.Content.ReadAsStringAsync());

        using var wrong = await PostAsync("/v3/kv/range", "{}", ("Grpc-Timeout", "soon"));
        Assert.Equal(Error(3, "invalid grpc-timeout: soon"), await wrong.Content.ReadAsStringAsync());

        using var token = await PostAsync(
            "/v3/kv/range", """{"key":"YQ=="}""", ("Authorization", "none"), ("Grpc-Metadata-hasleader", "true"));
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);
    }

    [Fact]
    public async Task Large_requests_are_bounded_as_over_grpc()
    {
        using var tooLarge = await PostAsync("/v3/kv/put", Put(1_600_000));
        Assert.Equal(Error(3, "etcdserver: request is too large"), await tooLarge.Content.ReadAsStringAsync());

        using var aboveGrpc = await PostAsync("/v3/kv/put", Put(2_800_000));
        Assert.Equal(429, (int)aboveGrpc.StatusCode);
        Assert.Equal(
            Error(8, "grpc: received message larger than max (2800008 vs. 2097152)"),
            await aboveGrpc.Content.ReadAsStringAsync());

        using var fits = await PostAsync("/v3/kv/put", Put(1_500_000));
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Contains(
            new string('A', 2_000_000),
            await (await PostAsync("/v3/kv/range", """{"key":"YQ=="}""")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);

        static string Put(int bytes) =>
            $$"""{"key":"YQ==","value":"{{Convert.ToBase64String(new byte[bytes])}}"}""";
    }

    [Fact]
    public async Task Calls_are_counted_as_grpc_calls()
    {
        await PostAsync("/v3/kv/range", """{"key":"YQ=="}""");
        await PostAsync("/v3/kv/range", "{}");

        var metrics = await _client.GetStringAsync(Run.ClientUrl + "/metrics");
        const string series = "grpc_method=\"Range\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1\n";
        Assert.Contains($"grpc_server_handled_total{{grpc_code=\"OK\",{series}", metrics, StringComparison.Ordinal);
        Assert.Contains(
            $"grpc_server_handled_total{{grpc_code=\"InvalidArgument\",{series}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_comes_in_lines()
    {
        using var response = await PostAsync("/v3/maintenance/snapshot", "{}");

        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.True(lines.Length > 2, $"phase: snapshot; expected: blobs and a hash; actual: {lines.Length - 1} lines");
        Assert.All(lines[..^1], line => Assert.StartsWith("{\"result\":{", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Switched_off_it_leaves_404()
    {
        await using var other = TestRun.Start(Path.Combine(_directory, "other"), "--enable-grpc-gateway=false");
        await other.ReadyAsync();
        using var response = await _client.PostAsync(other.ClientUrl + "/v3/kv/range", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("404 page not found\n", await response.Content.ReadAsStringAsync());
    }

    /// <summary>The scenario of gateway.txt.</summary>
    private static IEnumerable<(string Path, string Body, int Status, string Answer)> Cases()
    {
        using var file = new StreamReader(
            typeof(JsonGatewayTests).Assembly.GetManifestResourceStream("gateway.txt")
            ?? throw new InvalidOperationException("gateway.txt is not embedded"));
        foreach (var block in file.ReadToEnd().Split("\n\n"))
        {
            var lines = block.TrimEnd('\n').Split('\n');
            if (lines[0].StartsWith('#'))
            {
                continue;
            }

            var request = lines[0].Split(' ', 2);
            var result = lines[1].Split(' ', 2);
            var status = int.Parse(result[0], CultureInfo.InvariantCulture);
            var answer = result.ElementAtOrDefault(1) ?? "";
            if (status >= 400)
            {
                var error = answer.Split(' ', 2);
                answer = Error(int.Parse(error[0], CultureInfo.InvariantCulture), error[1]);
            }

            answer += string.Concat(lines[2..].Select(line => line + "\n"));
            yield return (request[0], request.ElementAtOrDefault(1) ?? "", status, answer);
        }
    }

    private static string Error(int code, string message) =>
        $$"""{"error":"{{message}}","code":{{code}},"message":"{{message}}"}""";

    [GeneratedRegex("""\{"cluster_id":"\d+","member_id":"\d+","revision":"(\d+)","raft_term":"\d+"\}""")]
    private static partial Regex Header();

    private async Task<HttpResponseMessage> PostAsync(
        string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Run.ClientUrl + path)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client.SendAsync(request);
    }
}
