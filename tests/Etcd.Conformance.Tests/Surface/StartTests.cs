using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>Starts, stops and log lines of a process, as people and supervisors see them, beside etcd's.</summary>
public sealed class StartTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Ready = "ready to serve client requests";

    private readonly Servers _servers = new();

    [Fact]
    public Task S02_flags_of_kubeadm_and_of_Talos_start_a_member() => _servers.BothAsync(async (program, place) =>
    {
        var kubeadm = _servers.Start(program, place.Folder,
        [
            .. place.Flags, $"--listen-metrics-urls={place.OtherUrl}", "--snapshot-count=10000",
            "--experimental-initial-corrupt-check=true", "--experimental-watch-progress-notify-interval=5s",
        ]);
        await kubeadm.UntilLogsAsync(Ready);
        await kubeadm.UntilAnswersAsync($"{place.OtherUrl}/health?exclude=NOSPACE&serializable=true");
        await kubeadm.TerminateAsync();

        string folder = _servers.NewFolder();
        var next = Servers.PlaceIn(folder);
        var talos = _servers.Start(program, folder,
        [
            .. next.Flags, $"--listen-client-http-urls={next.OtherUrl}", "--auto-compaction-mode=revision",
            "--auto-compaction-retention=1000", "--quota-backend-bytes=3221225472",
            "--experimental-compact-hash-check-enabled=true",
        ]);
        await talos.UntilLogsAsync(Ready);
        await talos.UntilAnswersAsync($"{next.OtherUrl}/health");
        await talos.TerminateAsync();
    });

    [Fact]
    public async Task S02_every_flag_that_etcd_has_is_accepted_and_those_without_effect_are_named_once()
    {
        string folder = _servers.NewFolder();
        var place = Servers.PlaceIn(folder);
        var process = _servers.Start(Built.Member, folder, [.. place.Flags, .. HarmlessFlags]);

        string line = await process.UntilLogsAsync("flags are accepted but have no effect");
        await process.UntilLogsAsync(Ready);

        Assert.Contains("\"max-wals\"", line, StringComparison.Ordinal);
        Assert.Contains("\"proxy-read-timeout\"", line, StringComparison.Ordinal);
        Assert.Single(File.ReadLines(process.LogFile), other => other.Contains("have no effect", StringComparison.Ordinal));
    }

    [Fact]
    public Task S03_variables_alone_start_a_member_and_strange_ones_only_warn() => _servers.BothAsync(async (program, place) =>
    {
        var process = _servers.Start(program, place.Folder, [], new Dictionary<string, string>
        {
            ["ETCD_NAME"] = "m1",
            ["ETCD_DATA_DIR"] = place.DataDirectory,
            ["ETCD_LISTEN_CLIENT_URLS"] = place.ClientUrl,
            ["ETCD_ADVERTISE_CLIENT_URLS"] = place.ClientUrl,
            ["ETCD_LISTEN_PEER_URLS"] = place.PeerUrl,
            ["ETCD_INITIAL_ADVERTISE_PEER_URLS"] = place.PeerUrl,
            ["ETCD_INITIAL_CLUSTER"] = $"m1={place.PeerUrl}",
            ["ETCD_INITIAL_CLUSTER_STATE"] = "new",
            ["ETCD_INITIAL_CLUSTER_TOKEN"] = "etcd-cluster-k8s",
            ["ETCD_AUTO_COMPACTION_MODE"] = "periodic",
            ["ETCD_AUTO_COMPACTION_RETENTION"] = "0",
            ["ETCD_LOG_LEVEL"] = "info",
            ["ETCD_AUTH_TOKEN"] = "simple",
            ["ETCD_CLIENT_CERT_AUTH"] = "false",
            ["ETCD_ON_K8S"] = "yes",
            ["ETCD_START_FROM_SNAPSHOT"] = "no",
        });
        await process.UntilLogsAsync(Ready);

        Assert.Contains(
            "recognized and used environment variable",
            await process.UntilLogsAsync("\"variable-name\":\"ETCD_NAME\""),
            StringComparison.Ordinal);
        string[] strange =
        [
            .. File.ReadLines(process.LogFile)
                .Where(line => line.Contains("unrecognized environment variable", StringComparison.Ordinal)),
        ];
        Assert.Contains(strange, line => line.Contains("ETCD_ON_K8S=yes", StringComparison.Ordinal));
        Assert.All(strange, line => Assert.StartsWith("{\"level\":\"warn\"", line, StringComparison.Ordinal));
        await process.TerminateAsync();
    });

    [Fact]
    public Task S04_file_alone_counts_and_unknown_keys_are_ignored() => _servers.BothAsync(async (program, place) =>
    {
        string file = Path.Combine(place.Folder, "etcd.conf.yml");
        await File.WriteAllTextAsync(file, $"""
            name: 'from-file'
            data-dir: {place.DataDirectory}
            snapshot-count: 10000
            heartbeat-interval: 100
            election-timeout: 1000
            listen-peer-urls: {place.PeerUrl}
            listen-client-urls: {place.ClientUrl}
            advertise-client-urls: {place.ClientUrl}
            initial-advertise-peer-urls: {place.PeerUrl}
            initial-cluster: from-file={place.PeerUrl}
            initial-cluster-token: 'etcd-cluster'
            initial-cluster-state: 'new'
            strict-reconfig-check: false
            experimental-watch-progress-notify-interval: 5000000000
            client-transport-security:
              cert-file:
              client-cert-auth: false
              auto-tls: false
            peer-transport-security:
              auto-tls: false
            log-outputs: [stderr]
            log-level: info
            nobody-knows: this
            """);
        var process = _servers.Start(
            program, place.Folder, [$"--config-file={file}", "--name=from-flag"],
            new Dictionary<string, string> { ["ETCD_DATA_DIR"] = "/no/such/place" });
        await process.UntilLogsAsync(Ready);

        Assert.Contains(file, await process.UntilLogsAsync("loaded server configuration, other configuration"), StringComparison.Ordinal);
        using var channel = Channels.To(place.ClientUrl);
        var members = await new Etcdserverpb.Cluster.ClusterClient(channel).MemberListAsync(new MemberListRequest());
        Assert.Equal("from-file", Assert.Single(members.Members).Name);
        await process.TerminateAsync();
    });

    [Fact]
    public Task S10_second_process_waits_for_the_data_directory_and_says_so() => _servers.BothAsync(async (program, place) =>
    {
        var first = _servers.Start(program, place.Folder, place.Flags);
        await first.UntilLogsAsync(Ready);
        string folder = _servers.NewFolder();
        var elsewhere = Servers.PlaceIn(folder) with { Folder = place.Folder };
        var second = _servers.Start(program, folder, elsewhere.Flags);
        await second.UntilLogsAsync("db file is flocked by another process, or taking too long");

        await first.TerminateAsync();
        await second.UntilLogsAsync(Ready);
        await second.TerminateAsync();
    });

    [Theory]
    [InlineData(15, 143, "terminated")]
    [InlineData(2, 130, "interrupt")]
    public Task S11_signal_ends_in_order_and_is_the_exit_code(int signal, int exitCode, string name) =>
        _servers.BothAsync(async (program, place) =>
        {
            var process = _servers.Start(program, place.Folder, place.Flags);
            await process.UntilLogsAsync("successfully notified init daemon");

            Assert.Equal(exitCode, await process.SignalAsync(signal));
            string received = await process.UntilLogsAsync("received signal; shutting down");
            Assert.Contains($"\"signal\":\"{name}\"", received, StringComparison.Ordinal);
            await process.UntilLogsAsync("closed etcd server");
        });

    [Fact]
    public async Task S12_lines_that_tools_wait_for_have_the_same_order_and_fields()
    {
        var told = await _servers.BothAsync(async (program, place) =>
        {
            var process = _servers.Start(program, place.Folder, place.Flags);
            await process.UntilLogsAsync(Ready);
            using var channel = Channels.To(place.ClientUrl);
            var put = await new KV.KVClient(channel).PutAsync(Tables.Requests.Put("served", "at once"));
            Assert.Equal(2, put.Header.Revision);
            await process.UntilLogsAsync("successfully notified init daemon");
            await process.TerminateAsync();
            return process.LogFile;
        });

        Lines.AreAlike(told[0], told[1]);
    }

    [Fact]
    public Task S13_lines_go_to_the_outputs_and_from_the_level_asked_for() => _servers.BothAsync(async (program, place) =>
    {
        string file = Path.Combine(place.Folder, "etcd.log");
        var process = _servers.Start(program, place.Folder, [.. place.Flags, $"--log-outputs={file},stdout", "--log-level=warn"]);
        await process.UntilAnswersAsync($"{place.ClientUrl}/health");
        await process.TerminateAsync();

        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.DoesNotContain("\"level\":\"info\"", line, StringComparison.Ordinal));
        // Standard output is in the process's own log; what arises before the outputs are known goes to standard error.
        Assert.Subset(File.ReadLines(process.LogFile).ToHashSet(), lines.ToHashSet());
    });

    [Fact]
    public Task S13_rotated_file_takes_the_lines() => _servers.BothAsync(async (program, place) =>
    {
        string file = Path.Combine(place.Folder, "etcd.log");
        var process = _servers.Start(program, place.Folder,
        [
            .. place.Flags, $"--log-outputs={file}", "--enable-log-rotation",
            """--log-rotation-config-json={"maxsize": 1, "maxage": 1, "maxbackups": 2, "localtime": true, "compress": true}""",
        ]);
        await process.UntilAnswersAsync($"{place.ClientUrl}/health");
        await process.TerminateAsync();
        Assert.Contains(await File.ReadAllLinesAsync(file), line => line.Contains(Ready, StringComparison.Ordinal));
    });

    [Fact]
    public Task S14_init_daemon_is_told_when_clients_are_served() => _servers.BothAsync(async (program, place) =>
    {
        string path = Path.Combine(place.Folder, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var process = _servers.Start(
            program, place.Folder, place.Flags, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path });
        byte[] buffer = new byte[64];

        int length = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal("READY=1", Encoding.ASCII.GetString(buffer, 0, length));
        await process.UntilLogsAsync(Ready);
        await process.TerminateAsync();
    });

    [Fact]
    public Task S15_restart_ignores_what_only_a_new_cluster_needs() => _servers.BothAsync(async (program, place) =>
    {
        var first = _servers.Start(program, place.Folder, place.Flags);
        var before = await IdsAsync(first, place);
        await first.TerminateAsync();

        File.Delete(first.LogFile);
        var second = _servers.Start(program, place.Folder,
        [
            .. place.Flags[..6], "--initial-cluster=other=http://127.0.0.1:1,m1=http://127.0.0.1:2",
            "--initial-cluster-token=another", "--initial-cluster-state=existing",
        ]);
        Assert.Equal(before, await IdsAsync(second, place));
        await second.TerminateAsync();
    });

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    /// <summary>Flags of 3.5 and 3.6 beyond <see cref="Servers.Place.Flags"/> with values that change nothing here.</summary>
    private static string[] HarmlessFlags =>
    [
        "--wal-dir=", "--snapshot-count=100000", "--experimental-snapshot-catchup-entries=5000", "--heartbeat-interval=100",
        "--election-timeout=1000", "--initial-election-tick-advance=true", "--listen-client-http-urls=", "--max-snapshots=5",
        "--max-wals=5", "--quota-backend-bytes=0", "--backend-bbolt-freelist-type=map", "--backend-batch-interval=100ms",
        "--backend-batch-limit=10000", "--max-txn-ops=128", "--max-request-bytes=1572864", "--max-concurrent-streams=4294967295",
        "--enable-grpc-gateway=true", "--grpc-keepalive-min-time=5s", "--grpc-keepalive-interval=2h",
        "--grpc-keepalive-timeout=20s", "--socket-reuse-port=false", "--socket-reuse-address=false", "--raft-read-timeout=5s",
        "--raft-write-timeout=5s", "--memory-mlock=false", "--feature-gates=InitialCorruptCheck=true", "--max-learners=1",
        "--initial-cluster-state=new", "--initial-cluster-token=etcd-cluster", "--discovery-fallback=proxy",
        "--strict-reconfig-check=true", "--pre-vote=true", "--auto-compaction-mode=periodic", "--auto-compaction-retention=0",
        "--v2-deprecation=not-yet", "--enable-v2=false", "--experimental-enable-v2v3=", "--proxy=off",
        "--proxy-failure-wait=5000", "--proxy-refresh-interval=30000", "--proxy-dial-timeout=1000", "--proxy-write-timeout=5000",
        "--proxy-read-timeout=0", "--cert-file=", "--key-file=", "--client-cert-auth=false", "--trusted-ca-file=",
        "--auto-tls=false", "--peer-cert-file=", "--peer-key-file=", "--peer-client-cert-auth=false", "--peer-trusted-ca-file=",
        "--peer-auto-tls=false", "--cors=*", "--host-whitelist=*", "--auth-token=simple", "--bcrypt-cost=10",
        "--auth-token-ttl=300", "--enable-pprof=false", "--metrics=basic", "--listen-metrics-urls=", "--logger=zap",
        "--log-outputs=default", "--log-level=info", "--log-format=json", "--enable-log-rotation=false",
        "--warning-unary-request-duration=300ms", "--warning-apply-duration=100ms", "--enable-distributed-tracing=false",
        "--corrupt-check-time=0s", "--compact-hash-check-time=1m", "--compaction-batch-limit=1000",
        "--compaction-sleep-interval=10ms", "--watch-progress-notify-interval=10m", "--downgrade-check-time=5s",
        "--bootstrap-defrag-threshold-megabytes=0", "--experimental-enable-lease-checkpoint=false",
        "--experimental-txn-mode-write-with-shared-buffer=true", "--experimental-stop-grpc-service-on-defrag=false",
        "--force-new-cluster=false", "--unsafe-no-fsync=false",
    ];

    private static async Task<string> IdsAsync(ServerProcess process, Servers.Place place)
    {
        await process.UntilLogsAsync(Ready);
        using var channel = Channels.To(place.ClientUrl);
        var header = (await new Maintenance.MaintenanceClient(channel).StatusAsync(new StatusRequest())).Header;
        return JsonSerializer.Serialize(new { header.ClusterId, header.MemberId });
    }
}
