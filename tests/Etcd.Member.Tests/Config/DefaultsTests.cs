namespace Etcd.Member.Tests.Config;

public sealed class DefaultsTests
{
    [Fact]
    public void No_flags_give_the_defaults_of_3_5()
    {
        var config = ConfigFixture.Accepted(ConfigFixture.Load());

        Assert.Equal("default", config.Name);
        Assert.Equal("default.etcd", config.DataDirectory);
        Assert.True(config.DataDirectoryIsDefault);
        Assert.Equal(100_000UL, config.SnapshotCount);
        Assert.Equal(5_000UL, config.SnapshotCatchUpEntries);
        Assert.Equal(100, config.HeartbeatMilliseconds);
        Assert.Equal(10, config.ElectionTicks);
        Assert.Equal("http://localhost:2379", Assert.Single(config.ListenClientUrls).ToString());
        Assert.Equal("http://localhost:2380", Assert.Single(config.ListenPeerUrls).ToString());
        Assert.Equal("default=http://localhost:2380", config.InitialCluster.ToString());
        Assert.Equal(2147483648L, config.EffectiveQuotaBytes);
        Assert.Equal(1572864, config.MaxRequestBytes);
        Assert.Equal(uint.MaxValue, config.MaxConcurrentStreams);
        Assert.Equal(TimeSpan.FromSeconds(7), config.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), config.PeerDialTimeout);
        Assert.Equal(TimeSpan.FromMinutes(10), config.Features.WatchProgressNotifyInterval);
        Assert.Equal(TimeSpan.FromMilliseconds(100), config.WarningApplyDuration);
        Assert.False(config.AutoCompaction.IsEnabled);
        Assert.Equal(["*"], config.CorsOrigins);
    }

    [Fact]
    public void Initial_cluster_follows_the_name()
    {
        var config = ConfigFixture.Accepted(ConfigFixture.Load(
            "--name=n1", "--initial-advertise-peer-urls=http://10.0.0.2:2380,http://10.0.0.1:2380"));

        Assert.Equal("n1=http://10.0.0.1:2380,n1=http://10.0.0.2:2380", config.InitialCluster.ToString());
    }

    [Theory]
    [InlineData("periodic", "1", 3600.0, 0)]
    [InlineData("periodic", "30m", 1800.0, 0)]
    [InlineData("revision", "1000", 0.0, 1000)]
    public void Retention_follows_the_mode(string mode, string retention, double seconds, long revisions)
    {
        var compaction = ConfigFixture.Accepted(ConfigFixture.Load(
            $"--auto-compaction-mode={mode}", $"--auto-compaction-retention={retention}")).AutoCompaction;

        Assert.Equal(TimeSpan.FromSeconds(seconds), compaction.Period);
        Assert.Equal(revisions, compaction.Revisions);
    }

    [Fact]
    public void Negative_quota_means_none() => Assert.Equal(
        -1, ConfigFixture.Accepted(ConfigFixture.Load("--quota-backend-bytes=-1")).EffectiveQuotaBytes);

    [Fact]
    public void Short_raft_timeouts_are_raised()
    {
        var result = ConfigFixture.Load("--raft-read-timeout=1s");

        Assert.Equal(TimeSpan.FromSeconds(5), ConfigFixture.Accepted(result).RaftReadTimeout);
        Assert.Contains(result.Lines, line => line.Message == "raft-read-timeout increased to minimum value: 5s");
    }

    [Theory]
    [InlineData(
        "--name=m1", "--data-dir=/d", "--advertise-client-urls=https://10.0.0.1:2379",
        "--listen-client-urls=http://127.0.0.1:2379,http://10.0.0.1:2379",
        "--initial-advertise-peer-urls=http://10.0.0.1:2380", "--initial-cluster=m1=http://10.0.0.1:2380",
        "--listen-metrics-urls=http://127.0.0.1:2381", "--listen-peer-urls=http://10.0.0.1:2380",
        "--snapshot-count=10000", "--experimental-initial-corrupt-check=true",
        "--experimental-watch-progress-notify-interval=5s")]
    [InlineData(
        "--auto-compaction-mode=periodic", "--auto-compaction-retention=8h", "--quota-backend-bytes=2147483648",
        "--feature-gates=InitialCorruptCheck=true", "--watch-progress-notify-interval=5s",
        "--logger=zap", "--log-outputs=stderr", "--log-level=info", "--peer-skip-client-san-verification",
        "--experimental-peer-skip-client-san-verification=false")]
    public void Flags_of_known_installers_are_accepted(params string[] arguments)
    {
        var distinct = arguments.Where(argument => !argument.StartsWith("--experimental-peer",
            StringComparison.Ordinal));

        Assert.NotNull(ConfigFixture.Load([.. distinct]).Config);
    }
}
