using System.Net;
using Etcd.Conformance.Tests.Harness;
using Etcd.Conformance.Tests.Tables;
using Etcd.Testing;
using Etcdserverpb;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>HTTP endpoints and the JSON API: statuses, headers and bodies are etcd's.</summary>
public sealed class HttpTableTests(HttpTableTests.Servers servers) : IClassFixture<HttpTableTests.Servers>
{
    /// <summary>A pair with a listener for metrics of its own.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly List<Cluster> _clusters = [];

        internal Cluster.Member[] Members { get; private set; } = [];

        internal string[] MetricsUrls { get; } = [$"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}"];

        public async Task InitializeAsync()
        {
            var reference = Cluster.StartReferenceAsync(1, $"--listen-metrics-urls={MetricsUrls[0]}");
            var ours = Cluster.StartOursAsync(1, $"--listen-metrics-urls={MetricsUrls[1]}");
            _clusters.Add(await reference);
            _clusters.Add(await ours);
            Members = [.. _clusters.Select(cluster => cluster.Members[0])];
        }

        public async Task DisposeAsync()
        {
            foreach (var cluster in _clusters)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("POST", "/health")]
    [InlineData("HEAD", "/health")]
    [InlineData("GET", "/health?serializable=true")]
    [InlineData("GET", "/health?exclude=NOSPACE&exclude=nobody")]
    public Task H01_health(string method, string path) => SameAsync(path, method);

    [Fact]
    public async Task H02_alarm_makes_health_fail_unless_it_is_excluded()
    {
        await AlarmAsync(AlarmRequest.Types.AlarmAction.Activate, AlarmType.Nospace);
        await SameAsync("/health");
        await SameAsync("/health?exclude=NOSPACE");
        await SameAsync("/readyz");
        await SameAsync("/v3/maintenance/alarm", "POST", """{"action":"GET"}""");
        await SameAsync("/v3/kv/put", "POST", """{"key":"ZnVsbA=="}""");
        await AlarmAsync(AlarmRequest.Types.AlarmAction.Deactivate, AlarmType.Nospace);
        await SameAsync("/health");
    }

    [Theory]
    [InlineData("GET", "/livez")]
    [InlineData("GET", "/livez?verbose")]
    [InlineData("GET", "/livez/serializable_read")]
    [InlineData("GET", "/livez/nothing")]
    [InlineData("GET", "/livez?exclude=serializable_read&verbose")]
    [InlineData("GET", "/readyz")]
    [InlineData("GET", "/readyz/data_corruption?verbose")]
    [InlineData("GET", "/readyz/linearizable_read")]
    [InlineData("GET", "/readyz?exclude=nobody")]
    [InlineData("HEAD", "/livez")]
    [InlineData("POST", "/readyz")]
    public Task H04_live_and_ready(string method, string path) => SameAsync(path, method);

    [Fact]
    public async Task H06_corruption_makes_the_member_unready_but_not_dead()
    {
        await AlarmAsync(AlarmRequest.Types.AlarmAction.Activate, AlarmType.Corrupt);
        await SameAsync("/readyz/data_corruption");
        await SameAsync("/livez");
        await SameAsync("/health");
        await SameAsync("/v3/kv/put", "POST", """{"key":"YmFk"}""");
        await AlarmAsync(AlarmRequest.Types.AlarmAction.Deactivate, AlarmType.Corrupt);
        await SameAsync("/readyz/data_corruption");
    }

    [Fact]
    public async Task H07_version_names_server_and_cluster()
    {
        string[] answers = await AskAsync("/version", "GET", null);
        Assert.Matches("\\{\"etcdserver\":\"3\\.5\\.\\d+\",\"etcdcluster\":\"3\\.5\\.0\"\\}$", answers[0]);
        Assert.Matches("\\{\"etcdserver\":\"3\\.5\\.\\d+\",\"etcdcluster\":\"3\\.5\\.0\"\\}$", answers[1]);
        await SameAsync("/version", "POST");
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/livez")]
    [InlineData("GET", "/readyz")]
    [InlineData("GET", "/version")]
    [InlineData("GET", "/nothing")]
    [InlineData("POST", "/v3/kv/range")]
    public async Task H08_metrics_listener_serves_metrics_and_health_alone(string method, string path) =>
        AssertSame(path, await Task.WhenAll(servers.MetricsUrls.Select(url => HttpAnswer.OfAsync(url + path, method))));

    [Fact]
    public async Task H08_metrics_are_on_both_listeners()
    {
        foreach (string url in (string[])[.. servers.MetricsUrls, .. servers.Members.Select(member => member.ClientUrl)])
        {
            string answer = await HttpAnswer.OfAsync(url + "/metrics");
            Assert.StartsWith("200\n", answer, StringComparison.Ordinal);
            Assert.Contains("Content-Type: text/plain; version=0.0.4; charset=utf-8", answer, StringComparison.Ordinal);
            Assert.Contains("\netcd_server_has_leader 1\n", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task H10_bytes_are_base64_and_long_numbers_are_text()
    {
        await SameAsync("/v3/kv/put", "POST", """{"key":"aDEw","value":"AAH/"}""");
        await SameAsync("/v3/kv/put", "POST", """{"key":"aDEw","value":"AAH_","prev_kv":true}""");
        await SameAsync("/v3/kv/range", "POST", """{"key":"aDEw"}""");
        await SameAsync("/v3/kv/range", "POST", """{"key":"aDEw","keysOnly":true,"limit":"1","sort_order":"DESCEND","sortTarget":"MOD"}""");
        await SameAsync("/v3/kv/range", "POST", """{"key":"aDEw","sort_order":1,"nobody":{"knows":[1]},"revision":"0"}""");
        await SameAsync("/v3/kv/txn", "POST", """
            {"compare":[{"result":"EQUAL","target":"VERSION","key":"aDEw","version":"2"}],
             "success":[{"request_put":{"key":"aDEw","value":"Mw=="}},{"requestRange":{"key":"aDEw"}}],
             "failure":[{"request_delete_range":{"key":"aDEw"}}]}
            """);
        await SameAsync("/v3/kv/deleterange", "POST", """{"key":"aDEw","prev_kv":true}""");
        await SameAsync("/v3/kv/deleterange", "POST", """{"key":"aDEw"}""");
    }

    [Theory]
    [InlineData("/v3/kv/range", "{}")]
    [InlineData("/v3/kv/range", """{"key":"YQ==","revision":"99999999"}""")]
    [InlineData("/v3/kv/put", """{"key":"YQ==","lease":"77"}""")]
    [InlineData("/v3/lease/revoke", """{"ID":"99"}""")]
    [InlineData("/v3/lease/grant", """{"TTL":9000000001}""")]
    [InlineData("/v3/kv/compaction", """{"revision":"99999999"}""")]
    [InlineData("/v3/maintenance/transfer-leadership", """{"targetID":"1"}""")]
    [InlineData("/v3/maintenance/downgrade", """{"action":"VALIDATE","version":"abc"}""")]
    [InlineData("/v3/cluster/member/add", """{"peerURLs":["x"]}""")]
    [InlineData("/v3/cluster/member/remove", """{"ID":"1"}""")]
    [InlineData("/v3/cluster/member/promote", """{"ID":"1"}""")]
    [InlineData("/v3/election/leader", """{"name":"bm9ib2R5"}""")]
    [InlineData("/v3/election/proclaim", "{}")]
    [InlineData("/v3/lock/unlock", "{}")]
    public Task H11_error_has_code_message_and_status(string path, string body) => SameAsync(path, "POST", body);

    [Fact]
    public async Task H11_error_of_ours_serves_clients_of_both_generations()
    {
        using var client = new HttpClient();
        using var response = await client.PostAsync(
            servers.Members[1].ClientUrl + "/v3/kv/range", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            """{"error":"etcdserver: key is not provided","code":3,"message":"etcdserver: key is not provided"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("""{"key":"YQ==","limit":"x"}""")]
    [InlineData("""{"key":"YQ==","limit":2.5}""")]
    [InlineData("""{"key":"YQ==","limit":1e3}""")]
    [InlineData("""{"key":"***"}""")]
    [InlineData("""{"key":5}""")]
    [InlineData("""{"key":"YQ==","sort_order":"SIDEWAYS"}""")]
    [InlineData("""{"key":"YQ==","serializable":"yes"}""")]
    [InlineData("""{"key":"YQ=="} trailing""")]
    [InlineData("""{"key":"YQ==","key":"Yg=="}""")]
    [InlineData("""{"key":null}""")]
    public Task H12_empty_and_bad_bodies(string body) => SameAsync("/v3/kv/range", "POST", body);

    [Theory]
    [InlineData("GET", "/v3/kv/range")]
    [InlineData("PUT", "/v3/kv/range")]
    [InlineData("POST", "/v3/kv/nothing")]
    [InlineData("POST", "/v3/kv/range/")]
    [InlineData("GET", "/v3")]
    [InlineData("GET", "/v3/")]
    public Task H13_wrong_methods_and_paths(string method, string path) => SameAsync(path, method, method == "GET" ? null : "{}");

    [Theory]
    [InlineData("/v3beta/kv/range")]
    [InlineData("/v3alpha/kv/range")]
    [InlineData("/v3beta/nothing")]
    public Task H14_beta_paths_live_on_and_alpha_ones_are_gone(string path) => SameAsync(path, "POST", """{"key":"YQ=="}""");

    [Fact]
    public async Task H15_watch_streams_a_line_for_each_response()
    {
        string[][] lines = await Task.WhenAll(servers.Members.Select(WatchAsync));
        Assert.Equal(lines[0], lines[1]);
        Assert.All(lines[1], line => Assert.StartsWith("{\"result\":{\"header\":{", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task H16_keepalive_answers_once_and_without_ttl_when_the_lease_is_unknown()
    {
        await SameAsync("/v3/lease/keepalive", "POST", """{"ID":"99"}""");
        await SameAsync("/v3/lease/grant", "POST", """{"ID":"1616","TTL":"600"}""");
        await SameAsync("/v3/lease/keepalive", "POST", """{"ID":"1616"}""");
        await SameAsync("/v3/lease/keepalive", "POST", "{");
    }

    [Fact]
    public async Task H17_lease_paths_have_aliases_below_kv()
    {
        await SameAsync("/v3/lease/grant", "POST", """{"ID":"1717","TTL":"600"}""");
        await SameAsync("/v3/kv/lease/timetolive", "POST", """{"ID":"9999","keys":true}""");
        await SameAsync("/v3/lease/timetolive", "POST", """{"ID":"9999"}""");
        await SameAsync("/v3/kv/lease/revoke", "POST", """{"ID":"1717"}""");
        await SameAsync("/v3/kv/lease/leases", "POST", "");
        await SameAsync("/v3/lease/leases", "POST", "{}");
    }

    [Theory]
    [InlineData("OPTIONS", "/health")]
    [InlineData("OPTIONS", "/v3/kv/range")]
    [InlineData("OPTIONS", "/nothing")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/nothing")]
    public async Task H19_every_answer_has_the_cors_headers(string method, string path) =>
        AssertSame(path, await AskAsync(path, method, null, ("Origin", "http://other.example:1")));

    [Fact]
    public async Task H22_plain_port_serves_grpc_alone_over_http2()
    {
        foreach (var member in servers.Members)
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, member.ClientUrl + "/health")
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("/debug/pprof/")]
    [InlineData("/debug/pprof/heap")]
    [InlineData("/debug/requests")]
    [InlineData("/v2/keys")]
    [InlineData("/v2/members")]
    [InlineData("/config/local/log")]
    [InlineData("/")]
    public Task H23_what_is_switched_off_or_gone_is_not_found(string path) => SameAsync(path);

    private static async Task<string[]> WatchAsync(Cluster.Member member)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, member.ClientUrl + "/v3/watch")
        {
            Content = new StringContent("""{"create_request":{"key":"aDE1","prev_kv":true}}"""),
        };
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.TransferEncodingChunked);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(timeout.Token));
        List<string?> lines = [await reader.ReadLineAsync(timeout.Token)];
        await member.Kv.PutAsync(Requests.Put("h15", "1"));
        lines.Add(await reader.ReadLineAsync(timeout.Token));
        await member.Kv.DeleteRangeAsync(Requests.Delete("h15"));
        lines.Add(await reader.ReadLineAsync(timeout.Token));
        return [.. lines.Select(line => HttpAnswer.Masked(line ?? "the end"))];
    }

    private async Task AlarmAsync(AlarmRequest.Types.AlarmAction action, AlarmType alarm)
    {
        foreach (var member in servers.Members)
        {
            var header = (await member.Maintenance.StatusAsync(new StatusRequest())).Header;
            await member.Maintenance.AlarmAsync(new AlarmRequest { Action = action, MemberID = header.MemberId, Alarm = alarm });
        }
    }

    private async Task SameAsync(string path, string method = "GET", string? body = null) =>
        AssertSame(path, await AskAsync(path, method, body));

    private Task<string[]> AskAsync(string path, string method, string? body, params (string, string)[] headers) =>
        Task.WhenAll(servers.Members.Select(member => HttpAnswer.OfAsync(member.ClientUrl + path, method, body, headers)));

    private static void AssertSame(string path, string[] answers) =>
        Assert.True(answers[0] == answers[1], $"{path}\n--- etcd\n{answers[0]}\n--- ours\n{answers[1]}");
}
