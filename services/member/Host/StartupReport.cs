using Etcd.Member.Config;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Host;

/// <summary>The fields of the line <c>starting an etcd server</c>: the whole configuration.</summary>
internal static class StartupReport
{
    /// <summary>The fields in etcd's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, object?>> Fields(MemberConfig config, bool isInitialized) =>
    [
        new("etcd-version", VersionText.Server),
        new("git-sha", VersionText.Source),
        new("go-version", VersionText.Runtime),
        new("go-os", VersionText.OperatingSystem),
        new("go-arch", VersionText.Architecture),
        new("max-cpu-set", Environment.ProcessorCount),
        new("max-cpu-available", Environment.ProcessorCount),
        new("member-initialized", isInitialized),
        new("name", config.Name),
        new("data-dir", config.DataDirectory),
        new("wal-dir", config.DedicatedWalDirectory),
        new("wal-dir-dedicated", config.DedicatedWalDirectory),
        new("member-dir", config.MemberDirectory),
        new("force-new-cluster", config.ForceNewCluster),
        new("heartbeat-interval", TimeSpan.FromMilliseconds(config.HeartbeatMilliseconds)),
        new("election-timeout", TimeSpan.FromMilliseconds(config.ElectionMilliseconds)),
        new("initial-election-tick-advance", config.InitialElectionTickAdvance),
        new("snapshot-count", config.SnapshotCount),
        new("snapshot-catchup-entries", config.SnapshotCatchUpEntries),
        new("initial-advertise-peer-urls", EtcdUrls.Texts(config.AdvertisePeerUrls)),
        new("listen-peer-urls", EtcdUrls.Texts(config.ListenPeerUrls)),
        new("advertise-client-urls", EtcdUrls.Texts(config.AdvertiseClientUrls)),
        new("listen-client-urls", EtcdUrls.Texts(config.ListenClientUrls)),
        new("listen-metrics-urls", EtcdUrls.Texts(config.ListenMetricsUrls)),
        new("cors", config.CorsOrigins),
        new("host-whitelist", config.HostWhitelist),
        new("initial-cluster", config.InitialCluster.ToString()),
        new("initial-cluster-state", config.JoinsExisting ? "existing" : "new"),
        new("initial-cluster-token", config.InitialClusterToken),
        new("quota-backend-bytes", config.EffectiveQuotaBytes),
        new("max-request-bytes", config.MaxRequestBytes),
        new("max-concurrent-streams", config.MaxConcurrentStreams),
        new("pre-vote", config.PreVote),
        new("initial-corrupt-check", config.Features.InitialCorruptCheck),
        new("corrupt-check-time-interval", config.Features.CorruptCheckTime),
        new("compact-check-time-enabled", config.Features.CompactHashCheck),
        new("compact-check-time-interval", config.Features.CompactHashCheckTime),
        new("auto-compaction-mode", config.AutoCompaction.Mode),
        new("auto-compaction-retention", config.AutoCompaction.Period),
        new("auto-compaction-interval", config.AutoCompaction.Period),
    ];
}
