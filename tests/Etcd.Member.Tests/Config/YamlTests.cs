namespace Etcd.Member.Tests.Config;

public sealed class YamlTests
{
    [Fact]
    public void File_replaces_flags_and_reads_nested_sections()
    {
        var result = ConfigFixture.LoadFile(
            """
            name: y1
            data-dir: /var/lib/y1
            listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
            advertise-client-urls: http://127.0.0.1:1
            heartbeat-interval: 500
            election-timeout: 5000
            experimental-watch-progress-notify-interval: 5000000000
            log-outputs: [stderr]
            pre-vote: no
            unknown-key: {a: b}
            socket-options:
              reuse-port: true
            client-transport-security:
              client-cert-auth: false
            """,
            "--name=other");

        var config = ConfigFixture.Accepted(result);
        Assert.Equal("y1", config.Name);
        Assert.Equal(2, config.ListenClientUrls.Count);
        Assert.Equal(TimeSpan.FromSeconds(5), config.Features.WatchProgressNotifyInterval);
        Assert.True(config.ReusePort);
        Assert.False(config.PreVote);
        Assert.Equal("y1=http://localhost:2380", config.InitialCluster.ToString());
    }

    [Fact]
    public void File_may_leave_the_advertised_urls_out() =>
        ConfigFixture.Accepted(ConfigFixture.LoadFile("listen-client-urls: http://127.0.0.1:1"));

    [Fact]
    public void Json_is_yaml() =>
        Assert.Equal("j", ConfigFixture.Accepted(ConfigFixture.LoadFile("""{"name": "j", "max-txn-ops": 7}""")).Name);

    [Theory]
    [InlineData("experimental-watch-progress-notify-interval: \"5s\"", "cannot unmarshal string into Go struct field "
        + "configYAML.Config.experimental-watch-progress-notify-interval of type time.Duration")]
    [InlineData("name: 5", "cannot unmarshal number into Go struct field configYAML.Config.name of type string")]
    [InlineData("pre-vote: \"true\"",
        "cannot unmarshal string into Go struct field configYAML.Config.pre-vote of type bool")]
    [InlineData("max-wals: 5.5",
        "cannot unmarshal number 5.5 into Go struct field configYAML.Config.max-wals of type uint")]
    public void Wrong_type_exits_with_1(string yaml, string expected)
    {
        var result = ConfigFixture.LoadFile(yaml);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "error unmarshaling JSON: while decoding JSON: json: " + expected, ConfigFixture.ErrorOf(result));
    }

    [Fact]
    public void Bad_url_is_printed_without_a_log_line()
    {
        var result = ConfigFixture.LoadFile("listen-client-urls: foo");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "unexpected error setting up listen-client-urls: URL scheme must be http, https, unix, or unixs: foo\n",
            result.StandardError);
    }

    [Fact]
    public void Certificates_in_a_section_are_refused()
    {
        var result = ConfigFixture.LoadFile("peer-transport-security:\n  cert-file: /p.crt\n");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--peer-cert-file", ConfigFixture.ErrorOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        var result = ConfigFixture.Load("--config-file=/nonexistent/etcd.yml");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("open /nonexistent/etcd.yml: no such file or directory", ConfigFixture.ErrorOf(result));
    }

    [Theory]
    [InlineData("name: [a")]
    [InlineData("\t- x: y: z")]
    [InlineData("just a text")]
    [InlineData("client-transport-security: 5")]
    [InlineData("name: {a: b}")]
    [InlineData("listen-peer-urls: [http://127.0.0.1:1]")]
    public void Malformed_file_is_refused(string yaml)
    {
        var result = ConfigFixture.LoadFile(yaml);

        Assert.Null(result.Config);
        Assert.Equal(1, result.ExitCode);
    }
}
