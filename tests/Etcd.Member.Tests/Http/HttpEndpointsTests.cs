using System.IO.Compression;
using System.Net;
using System.Text;
using Etcd.Member.Tests.Host;
using Etcd.Testing;

namespace Etcd.Member.Tests.Http;

public sealed class HttpEndpointsTests : IAsyncLifetime, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-http-").FullName;
    private readonly HttpClient _client = new();
    private readonly int _metricsPort = FreePorts.Take();
    private TestRun? _run;

    private TestRun Run => _run ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        _run = TestRun.Start(
            Path.Combine(_directory, "data"),
            $"--listen-metrics-urls=http://127.0.0.1:{_metricsPort}",
            "--cors=http://good.example:80",
            "--host-whitelist=127.0.0.1,allowed.example");
        await _run.CapableAsync(_client);
    }

    public async Task DisposeAsync() => await Run.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Paths_answer_as_etcd()
    {
        (string Method, string Path, int Status, string Body)[] expected =
        [
            ("GET", "/health", 200, """{"health":"true","reason":""}"""),
            ("GET", "/health?serializable=true&exclude=NOSPACE", 200, """{"health":"true","reason":""}"""),
            ("POST", "/health", 405, "Method Not Allowed\n"),
            ("GET", "/livez", 200, "ok\n"),
            ("GET", "/livez?verbose", 200, "[+]serializable_read ok\nok\n"),
            ("GET", "/readyz?verbose&exclude=non_learner&exclude=unknown", 200,
                "[+]data_corruption ok\n[+]linearizable_read ok\n[+]serializable_read ok\nok\n"),
            ("GET", "/readyz/linearizable_read", 200, "ok\n"),
            ("GET", "/readyz/unknown", 404, "404 page not found\n"),
            ("PUT", "/readyz", 405, "Method Not Allowed\n"),
            ("GET", "/version", 200, """{"etcdserver":"3.5.30","etcdcluster":"3.5.0"}"""),
            ("POST", "/version", 405, "Method Not Allowed\n"),
            ("GET", "/", 404, "404 page not found\n"),
            ("GET", "/v2/keys", 404, "404 page not found\n"),
            ("GET", "/debug/pprof/", 404, "404 page not found\n"),
            ("GET", "/config/local/log", 404, "404 page not found\n"),
        ];
        foreach (var (method, path, status, body) in expected)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), Run.ClientUrl + path);
            using var response = await _client.SendAsync(request);

            Assert.Equal((method, path, status), (method, path, (int)response.StatusCode));
            Assert.Equal(body, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Metrics_listener_serves_metrics_and_health_only()
    {
        var url = $"http://127.0.0.1:{_metricsPort}";

        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(url + "/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(url + "/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(url + "/version")).StatusCode);
        using var metrics = await _client.GetAsync(url + "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Series_of_dashboards_and_alerts_exist_right_after_the_start()
    {
        var text = await _client.GetStringAsync(Run.ClientUrl + "/metrics");

        string[] series =
        [
            "etcd_server_has_leader 1", "etcd_server_leader_changes_seen_total 1", "etcd_server_is_leader 1",
            "etcd_server_proposals_committed_total ", "etcd_server_proposals_applied_total ",
            "etcd_server_proposals_pending 0", "etcd_server_proposals_failed_total 0",
            "etcd_server_quota_backend_bytes 2.147483648e+09",
            "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"8.192\"} ",
            "etcd_disk_backend_commit_duration_seconds_bucket{le=\"+Inf\"} ",
            "etcd_mvcc_db_total_size_in_bytes ", "etcd_mvcc_db_total_size_in_use_in_bytes ",
            "etcd_network_client_grpc_received_bytes_total 0", "etcd_network_client_grpc_sent_bytes_total 0",
            "process_resident_memory_bytes ", "etcd_cluster_version{cluster_version=\"3.5\"} 1",
            "etcd_server_version{server_version=\"3.5.30\"} 1",
            "grpc_server_started_total{grpc_method=\"Watch\",grpc_service=\"etcdserverpb.Watch\","
                + "grpc_type=\"bidi_stream\"} 0",
        ];
        Assert.All(series, line => Assert.Contains("\n" + line, text, StringComparison.Ordinal));
        Assert.DoesNotContain("etcd_disk_wal_fsync_duration_seconds_count 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("etcd_disk_backend_commit_duration_seconds_count 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_compressed_when_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Run.ClientUrl + "/metrics");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");

        using var response = await _client.SendAsync(request);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        Assert.StartsWith("# HELP ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://good.example:80", "http://good.example:80")]
    [InlineData("http://bad.example:80", null)]
    public async Task Only_configured_origins_are_allowed(string origin, string? allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Run.ClientUrl + "/health");
        request.Headers.TryAddWithoutValidation("Origin", origin);

        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values);
        Assert.Equal(allowed, values?.Single());
    }

    [Theory]
    [InlineData("allowed.example:1234", 200)]
    [InlineData("evil.example", 421)]
    public async Task Only_configured_host_names_are_allowed(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Run.ClientUrl + "/version");
        request.Headers.Host = host;

        using var response = await _client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Http2_without_grpc_is_415()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Run.ClientUrl + "/health")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await _client.SendAsync(request);

        Assert.Equal(415, (int)response.StatusCode);
    }

    [Fact]
    public async Task Peer_port_lists_members_and_answers_lease_questions()
    {
        using var members = await _client.GetAsync(Run.PeerUrl + "/members");
        var text = await members.Content.ReadAsStringAsync();
        Assert.Contains("\"name\":\"m1\"", text, StringComparison.Ordinal);
        Assert.True(members.Headers.Contains("X-Etcd-Cluster-ID"));

        using var lease = await _client.PostAsync(Run.PeerUrl + "/leases", new ByteArrayContent([0x08, 0x05]));
        Assert.Equal(HttpStatusCode.NotFound, lease.StatusCode);
        Assert.Equal("lease not found\n", await lease.Content.ReadAsStringAsync());

        using var malformed = await _client.PostAsync(Run.PeerUrl + "/leases/internal", new ByteArrayContent([0xff]));
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);

        Assert.Equal("false", await _client.GetStringAsync(Run.PeerUrl + "/downgrade/enabled"));
        using var promote = await _client.PostAsync(Run.PeerUrl + "/members/promote/5", content: null);
        Assert.Equal(HttpStatusCode.NotFound, promote.StatusCode);
    }
}
