using System.Text.RegularExpressions;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>Command lines, variables and files that end the start: exit codes and texts are etcd's.</summary>
public sealed partial class StartRefusalTests : IAsyncLifetime, IAsyncDisposable
{
    private const string ClientUrls = "--listen-client-urls=http://127.0.0.1:1";
    private const string AdvertisedUrls = "--advertise-client-urls=http://127.0.0.1:1";

    private readonly Servers _servers = new();

    [Fact]
    public Task S01_unknown_and_malformed_flags_exit_with_2() => RefusedAsync(
        2,
        ["--foo"], ["--name"], ["---x"], ["--snapshot-count=-1"], ["--pre-vote=zz"], ["--raft-read-timeout=5"],
        ["--initial-cluster-state=foo"], ["--listen-client-urls=foo"], ["--max-concurrent-streams=x"]);

    [Fact]
    public async Task S01_version_and_help_exit_with_0()
    {
        var versions = await BothAsync("--version");
        var helps = await BothAsync("--help");

        Assert.All([.. versions, .. helps], run => Assert.Equal(0, run.ExitCode));
        Assert.Equal(LabelsOf(versions[0]), LabelsOf(versions[1]));
        Assert.Empty(FlagsOf(helps[0]).Except(FlagsOf(helps[1])));
    }

    [Fact]
    public Task S03_variable_beside_its_flag_exits_with_1() => _servers.SameEndAsync(
        1, ["--name=a"], new Dictionary<string, string> { ["ETCD_NAME"] = "a" });

    [Fact]
    public Task S03_bad_variable_exits_with_1() => _servers.SameEndAsync(
        1, [], new Dictionary<string, string> { ["ETCD_SNAPSHOT_COUNT"] = "many" });

    [Fact]
    public async Task S05_duration_as_text_in_a_file_exits_with_1()
    {
        string file = Path.Combine(_servers.NewFolder(), "etcd.yml");
        await File.WriteAllTextAsync(file, "experimental-watch-progress-notify-interval: 5s\n");
        await _servers.SameEndAsync(1, [$"--config-file={file}"]);
        await _servers.SameEndAsync(1, ["--config-file=/no/such/file"]);
    }

    [Fact]
    public Task S06_client_urls_without_advertised_ones_exit_with_1() => RefusedAsync(1, [ClientUrls]);

    [Fact]
    public Task S07_host_name_to_listen_on_exits_with_1() => RefusedAsync(
        1,
        ["--listen-client-urls=http://name:2379", AdvertisedUrls], ["--listen-peer-urls=http://name:2380"],
        ["--listen-metrics-urls=http://name:2381"]);

    [Fact]
    public Task S07_listeners_of_two_kinds_on_one_address_exit_with_1() => RefusedAsync(
        1,
        Placed("--initial-cluster=default=PEER", "--listen-client-urls=PEER"),
        Placed("--initial-cluster=default=PEER", "--listen-client-http-urls=CLIENT"),
        Placed("--initial-cluster=default=PEER", "--listen-metrics-urls=CLIENT"),
        Placed("--initial-cluster=default=PEER", "--listen-metrics-urls=PEER"));

    [Fact]
    public Task S08_election_timeout_out_of_proportion_exits_with_1() => RefusedAsync(
        1, ["--heartbeat-interval=300"], ["--election-timeout=60000"], ["--heartbeat-interval=0"], ["--election-timeout=0"]);

    [Fact]
    public Task S09_cluster_that_does_not_fit_the_member_exits_with_1() => RefusedAsync(
        1,
        Placed("--initial-cluster=n1=PEER"),
        Placed("--initial-cluster="),
        Placed("--initial-cluster=text"),
        Placed("--initial-cluster=default=PEER,default=http://127.0.0.1:1"),
        Placed("--initial-cluster=default=PEER,other=PEER"),
        Placed("--initial-cluster=default=http://127.0.0.1:1"),
        Placed("--initial-cluster=default=PEER,other=http://127.0.0.1:1", "--initial-cluster-state=existing"),
        Placed("--initial-cluster=default=PEER", "--discovery=http://127.0.0.1:1/token"));

    [Fact]
    public Task S13_log_settings_that_contradict_exit() => RefusedAsync(
        1,
        ["--log-outputs=default,stdout"], ["--logger=capnslog"], ["--logger=text"],
        ["--enable-log-rotation", "--log-outputs=stderr"], ["--enable-log-rotation", "--log-outputs=a.log,b.log"],
        ["--enable-log-rotation", "--log-outputs=a.log", "--log-rotation-config-json={bad"]);

    [Fact]
    public async Task S13_unknown_log_level_panics()
    {
        var runs = await BothAsync("--log-level=loud");
        Assert.All(runs, run => Assert.Equal(2, run.ExitCode));
        Assert.Equal(runs[0].Reason, runs[1].Reason);
    }

    [Fact]
    public async Task S16_unknown_feature_gate_and_both_names_of_a_flag_are_refused()
    {
        var gate = await _servers.RunAsync(Servers.Both[1].Program, ["--feature-gates=Foo=true"]);
        Assert.Equal(2, gate.ExitCode);
        Assert.Equal(
            "invalid value \"Foo=true\" for flag -feature-gates: unrecognized feature gate: Foo", gate.Reason);

        var names = await _servers.RunAsync(
            Servers.Both[1].Program, ["--experimental-corrupt-check-time=1s", "--corrupt-check-time=1s"]);
        Assert.Equal(1, names.ExitCode);
        Assert.Contains(
            "cannot set --experimental-corrupt-check-time and --corrupt-check-time at the same time, "
            + "please use --corrupt-check-time only",
            names.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public Task Other_settings_that_cannot_be_used_exit_with_1() => RefusedAsync(
        1,
        ["stray"], ["--auto-compaction-mode=foo"], ["--experimental-enable-lease-checkpoint-persist"],
        Placed("--initial-cluster=default=PEER", "--auto-compaction-retention=foo"),
        Placed("--initial-cluster=default=PEER", "--auth-token=foo"),
        Placed("--initial-cluster=default=PEER", "--data-dir=/proc/nothing"));

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    /// <summary>For what is only noticed once the listeners are bound.</summary>
    private static string[] Placed(params string[] last) =>
    [
        "--listen-client-urls=CLIENT", "--advertise-client-urls=CLIENT", "--listen-peer-urls=PEER",
        "--initial-advertise-peer-urls=PEER", .. last,
    ];

    private Task RefusedAsync(int exitCode, params string[][] commandLines) =>
        Task.WhenAll(commandLines.Select(arguments => _servers.SameEndAsync(exitCode, arguments)));

    private Task<Ended[]> BothAsync(string argument) =>
        Task.WhenAll(Servers.Both.Select(server => _servers.RunAsync(server.Program, [argument])));

    private static string[] LabelsOf(Ended run) => [.. run.Output.Trim().Split('\n').Select(line => line.Split(": ")[0])];

    private static IEnumerable<string> FlagsOf(Ended help) =>
        FlagName().Matches(help.Output + help.Errors).Select(match => match.Groups[1].Value);

    /// <summary>At the start of a line: what follows elsewhere is text.</summary>
    [GeneratedRegex(@"^\s+--([a-z0-9-]+)", RegexOptions.Multiline)]
    private static partial Regex FlagName();
}
