using Etcd.Member.Config.Values;
using Etcd.ServiceDefaults.Tracing;

namespace Etcd.Member.Config;

/// <summary>The whole configuration of a member, checked. Immutable.</summary>
internal sealed record MemberConfig
{
    /// <summary>Name of the member.</summary>
    public required string Name { get; init; }

    /// <summary>Data directory; <c>${name}.etcd</c> unless given.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>True when the data directory was not given.</summary>
    public required bool DataDirectoryIsDefault { get; init; }

    /// <summary>Separate log directory; empty for none.</summary>
    public required string DedicatedWalDirectory { get; init; }

    /// <summary>Applied entries between checkpoints of the log.</summary>
    public required ulong SnapshotCount { get; init; }

    /// <summary>Entries kept behind a checkpoint.</summary>
    public required ulong SnapshotCatchUpEntries { get; init; }

    /// <summary>Milliseconds of a tick.</summary>
    public required int HeartbeatMilliseconds { get; init; }

    /// <summary>Milliseconds of an election timeout.</summary>
    public required int ElectionMilliseconds { get; init; }

    /// <summary>Shorten the first election timeout.</summary>
    public required bool InitialElectionTickAdvance { get; init; }

    /// <summary>Peer listeners.</summary>
    public required IReadOnlyList<EtcdUrl> ListenPeerUrls { get; init; }

    /// <summary>Client listeners.</summary>
    public required IReadOnlyList<EtcdUrl> ListenClientUrls { get; init; }

    /// <summary>Client listeners for HTTP only; empty when the client listeners serve HTTP too.</summary>
    public required IReadOnlyList<EtcdUrl> ListenClientHttpUrls { get; init; }

    /// <summary>Metrics listeners.</summary>
    public required IReadOnlyList<EtcdUrl> ListenMetricsUrls { get; init; }

    /// <summary>Peer URLs as others reach them.</summary>
    public required IReadOnlyList<EtcdUrl> AdvertisePeerUrls { get; init; }

    /// <summary>Client URLs as clients reach them.</summary>
    public required IReadOnlyList<EtcdUrl> AdvertiseClientUrls { get; init; }

    /// <summary>Members of the cluster to start or join.</summary>
    public required InitialCluster InitialCluster { get; init; }

    /// <summary>True to join a running cluster.</summary>
    public required bool JoinsExisting { get; init; }

    /// <summary>Cluster token.</summary>
    public required string InitialClusterToken { get; init; }

    /// <summary>Refuse membership changes that cost the quorum.</summary>
    public required bool StrictReconfigCheck { get; init; }

    /// <summary>Use the pre-vote phase.</summary>
    public required bool PreVote { get; init; }

    /// <summary>Quota as given: 0 for the default, negative for none.</summary>
    public required long QuotaBackendBytes { get; init; }

    /// <summary>Most operations in one transaction.</summary>
    public required int MaxTxnOps { get; init; }

    /// <summary>Largest request in bytes.</summary>
    public required int MaxRequestBytes { get; init; }

    /// <summary>Most streams of one client connection.</summary>
    public required uint MaxConcurrentStreams { get; init; }

    /// <summary>Most learners of the cluster.</summary>
    public required int MaxLearners { get; init; }

    /// <summary>Serve profiles.</summary>
    public required bool EnablePprof { get; init; }

    /// <summary>Serve the JSON gateway.</summary>
    public required bool EnableGrpcGateway { get; init; }

    /// <summary>HTTP/2 pings.</summary>
    public required KeepAliveConfig KeepAlive { get; init; }

    /// <summary>Set SO_REUSEPORT.</summary>
    public required bool ReusePort { get; init; }

    /// <summary>Set SO_REUSEADDR.</summary>
    public required bool ReuseAddress { get; init; }

    /// <summary>Silence after which a peer connection is broken; at least 5 s.</summary>
    public required TimeSpan RaftReadTimeout { get; init; }

    /// <summary>Longest write to a peer; at least 5 s.</summary>
    public required TimeSpan RaftWriteTimeout { get; init; }

    /// <summary>Automatic compaction.</summary>
    public required AutoCompactionConfig AutoCompaction { get; init; }

    /// <summary>Origins that may call; holds <c>*</c> for all.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>Host names that HTTP clients may use; holds <c>*</c> for all.</summary>
    public required IReadOnlyList<string> HostWhitelist { get; init; }

    /// <summary>TLS of the client side.</summary>
    public required TlsConfig ClientTls { get; init; }

    /// <summary>TLS of the peer side.</summary>
    public required TlsConfig PeerTls { get; init; }

    /// <summary>Authentication token kind and options.</summary>
    public required string AuthToken { get; init; }

    /// <summary>Cost of password hashes.</summary>
    public required int BcryptCost { get; init; }

    /// <summary>Seconds of an unused token.</summary>
    public required int AuthTokenTtlSeconds { get; init; }

    /// <summary>Measure request durations too.</summary>
    public required bool ExtensiveMetrics { get; init; }

    /// <summary>Duration above which a request is logged.</summary>
    public required TimeSpan WarningUnaryRequestDuration { get; init; }

    /// <summary>Duration above which an apply is logged.</summary>
    public required TimeSpan WarningApplyDuration { get; init; }

    /// <summary>Log output.</summary>
    public required LogConfig Log { get; init; }

    /// <summary>Switchable features.</summary>
    public required FeatureConfig Features { get; init; }

    /// <summary>Where spans of calls go; null for nowhere.</summary>
    public required CallTracingOptions? Tracing { get; init; }

    /// <summary>Drop every other member.</summary>
    public required bool ForceNewCluster { get; init; }

    /// <summary>Never wait for the disk.</summary>
    public required bool UnsafeNoFsync { get; init; }

    /// <summary>Names of flags that were given but have nothing to act on.</summary>
    public required IReadOnlyList<string> FlagsWithoutEffect { get; init; }

    /// <summary>Directory <c>member</c> of the data directory.</summary>
    public string MemberDirectory => Path.Combine(DataDirectory, "member");

    /// <summary>Directory of the log.</summary>
    public string WalDirectory =>
        DedicatedWalDirectory.Length > 0 ? DedicatedWalDirectory : Path.Combine(MemberDirectory, "wal");

    /// <summary>Directory of snapshots and state.</summary>
    public string SnapDirectory => Path.Combine(MemberDirectory, "snap");

    /// <summary>Election timeout in ticks.</summary>
    public int ElectionTicks => ElectionMilliseconds / HeartbeatMilliseconds;

    /// <summary>Longest time a request may take: 5 s for queues and disk plus two elections.</summary>
    public TimeSpan RequestTimeout =>
        TimeSpan.FromSeconds(5) + TimeSpan.FromMilliseconds(2 * ElectionTicks * HeartbeatMilliseconds);

    /// <summary>Time to connect to a peer: 1 s plus an election.</summary>
    public TimeSpan PeerDialTimeout =>
        TimeSpan.FromSeconds(1) + TimeSpan.FromMilliseconds(ElectionTicks * HeartbeatMilliseconds);

    /// <summary>Quota in force; negative for none.</summary>
    public long EffectiveQuotaBytes => QuotaBackendBytes == 0 ? 2L * 1024 * 1024 * 1024 : QuotaBackendBytes;
}
