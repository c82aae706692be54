namespace Etcd.Member.Tests.Config;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("flag provided but not defined: -foo", "--foo")]
    [InlineData("flag needs an argument: -name", "--name")]
    [InlineData("bad flag syntax: ---x", "---x")]
    [InlineData("invalid value \"-1\" for flag -snapshot-count: parse error", "--snapshot-count=-1")]
    [InlineData(
        "invalid value \"99999999999999999999\" for flag -snapshot-count: value out of range",
        "--snapshot-count=99999999999999999999")]
    [InlineData("invalid boolean value \"zz\" for -pre-vote: parse error", "--pre-vote=zz")]
    [InlineData("invalid value \"5\" for flag -raft-read-timeout: parse error", "--raft-read-timeout=5")]
    [InlineData("invalid value \"foo\" for flag -initial-cluster-state: invalid value", "--initial-cluster-state=foo")]
    [InlineData(
        "invalid value \"foo\" for flag -listen-client-urls: URL scheme must be http, https, unix, or unixs: foo",
        "--listen-client-urls=foo")]
    [InlineData(
        "invalid value \"http://x:1/abc\" for flag -listen-client-urls: URL must not contain a path: http://x:1/abc",
        "--listen-client-urls=http://x:1/abc")]
    [InlineData(
        "invalid value \"http://127.0.0.1\" for flag -listen-client-urls: "
            + "URL address does not have the form \"host:port\": http://127.0.0.1",
        "--listen-client-urls=http://127.0.0.1")]
    [InlineData(
        "invalid value \"abc\" for flag -max-concurrent-streams: strconv.ParseUint: parsing \"abc\": invalid syntax",
        "--max-concurrent-streams=abc")]
    [InlineData(
        "invalid value \"foo\" for flag -cors: URL scheme must be http, https, unix, or unixs: foo", "--cors=foo")]
    [InlineData("invalid value \"foo\" for flag -v2-deprecation: invalid value \"foo\"", "--v2-deprecation=foo")]
    [InlineData(
        "invalid value \"Foo=true\" for flag -feature-gates: unrecognized feature gate: Foo",
        "--feature-gates=Foo=true")]
    public void Bad_flag_prints_the_usage_and_exits_with_2(string expected, string argument)
    {
        var result = ConfigFixture.Load(argument);

        Assert.Equal(2, result.ExitCode);
        Assert.Null(result.Config);
        Assert.StartsWith(expected + "\nUsage:\n", result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'false' is not a valid flag", "--pre-vote", "false")]
    [InlineData("'stray' is not a valid flag", "stray")]
    [InlineData("'stray' is not a valid flag", "--", "stray")]
    [InlineData("expected IP in URL for binding (http://name:2379)", "--listen-client-urls=http://name:2379")]
    [InlineData(
        "--advertise-client-urls is required when --listen-client-urls is set explicitly",
        "--listen-client-urls=http://127.0.0.1:1")]
    [InlineData(
        "--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[300ms]",
        "--heartbeat-interval=300")]
    [InlineData(
        "--election-timeout[60000ms] is too long, and should be set less than 50000ms", "--election-timeout=60000")]
    [InlineData("unknown auto-compaction-mode \"x\"", "--auto-compaction-mode=x")]
    [InlineData(
        "error parsing CompactionRetention: time: invalid duration \"x\"", "--auto-compaction-retention=x")]
    [InlineData("auth: invalid auth options", "--auth-token=foo")]
    [InlineData("unknown logger option \"foo\"", "--logger=foo")]
    [InlineData("multi logoutput for \"default\" is not supported yet", "--log-outputs=default,stdout")]
    [InlineData("unexpected TLS version \"x\" (must be one of: TLS1.2, TLS1.3)", "--tls-min-version=x")]
    [InlineData(
        "cipher suites cannot be configured when only TLS1.3 is enabled",
        "--tls-min-version=TLS1.3", "--cipher-suites=TLS_RSA")]
    [InlineData(
        "multiple discovery or bootstrap flags are set. "
            + "Choose one of \"initial-cluster\", \"discovery\" or \"discovery-srv\"",
        "--initial-cluster=default=http://localhost:2380", "--discovery-srv=example.org")]
    [InlineData(
        "cannot set --experimental-corrupt-check-time and --corrupt-check-time at the same time, "
            + "please use --corrupt-check-time only",
        "--experimental-corrupt-check-time=1s", "--corrupt-check-time=1s")]
    [InlineData(
        "setting experimental-enable-lease-checkpoint-persist requires experimental-enable-lease-checkpoint",
        "--experimental-enable-lease-checkpoint-persist")]
    public void Contradiction_is_logged_and_exits_with_1(string expected, params string[] arguments)
    {
        var result = ConfigFixture.Load(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Null(result.Config);
        Assert.Equal(expected, ConfigFixture.ErrorOf(result));
        Assert.Contains(result.Lines, line => line.Message == "Running: ");
    }

    [Theory]
    [InlineData("--cert-file=/x.crt")]
    [InlineData("--client-cert-auth")]
    [InlineData("--peer-auto-tls=true")]
    [InlineData("--listen-peer-urls=https://127.0.0.1:1")]
    public void Protection_that_is_not_available_is_refused(string argument)
    {
        var result = ConfigFixture.Load(argument);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("refusing to start", ConfigFixture.ErrorOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Protection_that_is_switched_off_is_accepted() =>
        ConfigFixture.Accepted(ConfigFixture.Load("--client-cert-auth=false", "--cert-file=", "--auto-tls=false"));

    [Fact]
    public void Bad_log_level_panics_with_2()
    {
        var result = ConfigFixture.Load("--log-level=foo");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("panic: unrecognized level: \"foo\"", result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_prints_four_lines()
    {
        var result = ConfigFixture.Load("--version");

        Assert.Equal(0, result.ExitCode);
        var lines = result.StandardOutput.TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal("etcd Version: 3.5.30", lines[0]);
        Assert.StartsWith("Git SHA: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("Go Version: ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("Go OS/Arch: linux/", lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_lists_every_flag(string argument)
    {
        var result = ConfigFixture.Load(argument);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("  --initial-cluster-state 'new'\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("\nSecurity:\n", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_take_one_or_two_dashes_and_the_last_wins()
    {
        var config = ConfigFixture.Accepted(ConfigFixture.Load(
            "-name", "a", "--name=b", "-pre-vote=F", "--strict-reconfig-check=0", "-snapshot-count=0x10"));

        Assert.Equal("b", config.Name);
        Assert.False(config.PreVote);
        Assert.False(config.StrictReconfigCheck);
        Assert.Equal(16UL, config.SnapshotCount);
    }

    [Fact]
    public void Feature_gates_add_up_and_set_the_switches()
    {
        var config = ConfigFixture.Accepted(ConfigFixture.Load(
            "--feature-gates=InitialCorruptCheck=true", "--feature-gates=CompactHashCheck=true,AllBeta=false"));

        Assert.True(config.Features.InitialCorruptCheck);
        Assert.True(config.Features.CompactHashCheck);
    }

    [Fact]
    public void Flags_without_effect_are_named()
    {
        var config = ConfigFixture.Accepted(ConfigFixture.Load("--max-wals=3", "--v2-deprecation=write-only"));

        Assert.Equal(["max-wals", "v2-deprecation"], config.FlagsWithoutEffect);
    }
}
