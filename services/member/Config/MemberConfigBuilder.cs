using Etcd.Member.Config.Flags;
using Etcd.Member.Config.Values;
using Etcd.ServiceDefaults.Tracing;

namespace Etcd.Member.Config;

/// <summary>Turns checked settings into the configuration.</summary>
internal static class MemberConfigBuilder
{
    private const string DefaultName = "default";
    private const string DefaultPeerUrl = "http://localhost:2380";
    private const string DefaultClientUrl = "http://localhost:2379";

    /// <summary>Builds the configuration; null, or the error.</summary>
    public static string? Build(
        FlagSettings settings, LogConfig log, List<EarlyLogLine> lines, out MemberConfig? config)
    {
        config = null;
        var name = settings.Text("name");
        var peers = ReplaceAnyAddress(
            settings.Urls("initial-advertise-peer-urls"), DefaultPeerUrl, settings.Urls("listen-peer-urls"), lines);
        var clients = ReplaceAnyAddress(
            settings.Urls("advertise-client-urls"), DefaultClientUrl, settings.Urls("listen-client-urls"), lines);
        var error = InitialCluster.Parse(InitialClusterText(settings, name, peers), out var cluster);
        if (error is not null)
        {
            return $"error setting up initial cluster: {error}";
        }

        error = AutoCompactionConfig.Parse(
            settings.Text("auto-compaction-mode"), settings.Text("auto-compaction-retention"), out var compaction);
        if (error is not null)
        {
            return error;
        }

        if (settings.Text("auth-token").Split(',')[0] is not ("" or "simple" or "jwt"))
        {
            return "auth: invalid auth options";
        }

        var directory = settings.Text("data-dir");
        config = new MemberConfig
        {
            Name = name,
            DataDirectory = directory.Length > 0 ? directory : $"{name}.etcd",
            DataDirectoryIsDefault = directory.Length == 0,
            DedicatedWalDirectory = settings.Text("wal-dir"),
            SnapshotCount = settings.UInt("snapshot-count"),
            SnapshotCatchUpEntries = settings.UInt("snapshot-catchup-entries"),
            HeartbeatMilliseconds = settings.Int32("heartbeat-interval"),
            ElectionMilliseconds = settings.Int32("election-timeout"),
            InitialElectionTickAdvance = settings.Bool("initial-election-tick-advance"),
            ListenPeerUrls = settings.Urls("listen-peer-urls"),
            ListenClientUrls = settings.Urls("listen-client-urls"),
            ListenClientHttpUrls = settings.Urls("listen-client-http-urls"),
            ListenMetricsUrls = settings.Urls("listen-metrics-urls"),
            AdvertisePeerUrls = peers,
            AdvertiseClientUrls = clients,
            InitialCluster = cluster,
            JoinsExisting = settings.Text("initial-cluster-state") == "existing",
            InitialClusterToken = settings.Text("initial-cluster-token"),
            StrictReconfigCheck = settings.Bool("strict-reconfig-check"),
            PreVote = settings.Bool("pre-vote"),
            QuotaBackendBytes = settings.Int("quota-backend-bytes"),
            MaxTxnOps = settings.Int32("max-txn-ops"),
            MaxRequestBytes = settings.Int32("max-request-bytes"),
            MaxConcurrentStreams = (uint)settings.UInt("max-concurrent-streams"),
            MaxLearners = (int)Math.Clamp(settings.Int("max-learners"), 0, int.MaxValue),
            EnablePprof = settings.Bool("enable-pprof") || log.Level == "debug",
            EnableGrpcGateway = settings.Bool("enable-grpc-gateway"),
            KeepAlive = new KeepAliveConfig(
                settings.Duration("grpc-keepalive-min-time"),
                settings.Duration("grpc-keepalive-interval"),
                settings.Duration("grpc-keepalive-timeout")),
            ReusePort = settings.Bool("socket-reuse-port"),
            ReuseAddress = settings.Bool("socket-reuse-address"),
            RaftReadTimeout = settings.Duration("raft-read-timeout"),
            RaftWriteTimeout = settings.Duration("raft-write-timeout"),
            AutoCompaction = compaction,
            CorsOrigins = settings.TextList("cors"),
            HostWhitelist = settings.TextList("host-whitelist"),
            ClientTls = ClientTls(settings),
            PeerTls = PeerTls(settings),
            AuthToken = settings.Text("auth-token"),
            BcryptCost = settings.Int32("bcrypt-cost"),
            AuthTokenTtlSeconds = settings.Int32("auth-token-ttl"),
            ExtensiveMetrics = settings.Text("metrics") == "extensive",
            WarningUnaryRequestDuration = settings.Duration("warning-unary-request-duration"),
            WarningApplyDuration = settings.Duration("warning-apply-duration"),
            Log = log,
            Features = Features(settings),
            Tracing = settings.Bool("enable-distributed-tracing")
                ? new CallTracingOptions(
                    settings.Text("distributed-tracing-address"),
                    settings.Text("distributed-tracing-service-name"),
                    settings.Text("distributed-tracing-instance-id"),
                    settings.Int32("distributed-tracing-sampling-rate"))
                : null,
            ForceNewCluster = settings.Bool("force-new-cluster"),
            UnsafeNoFsync = settings.Bool("unsafe-no-fsync"),
            FlagsWithoutEffect =
            [
                .. FlagCatalog.All
                    .Where(flag => flag.Effect == FlagEffect.None && settings.IsGiven(flag.Name))
                    .Select(flag => flag.Name),
            ],
        };
        return null;
    }

    private static string InitialClusterText(FlagSettings settings, string name, IReadOnlyList<EtcdUrl> peers)
    {
        if (settings.IsGiven("initial-cluster"))
        {
            return settings.Text("initial-cluster");
        }

        // As etcd does it: without a name the default stays, whatever is advertised.
        return name is DefaultName ? $"{DefaultName}={DefaultPeerUrl}" : InitialCluster.TextOf(name, peers);
    }

    /// <summary>A default URL is of no use to others when the listener is bound to all addresses.</summary>
    private static IReadOnlyList<EtcdUrl> ReplaceAnyAddress(
        IReadOnlyList<EtcdUrl> advertised, string byDefault, IReadOnlyList<EtcdUrl> listeners, List<EarlyLogLine> lines)
    {
        if (listeners.Count == 0 || listeners[0].HostName != "0.0.0.0"
            || advertised.Count != 1 || advertised[0].ToString() != byDefault)
        {
            return advertised;
        }

        var host = DefaultHost.Find();
        if (host is null)
        {
            lines.Add(EarlyLogLine.Of(
                "info",
                "etcdmain/etcd.go:104",
                "failed to detect default host",
                "error",
                "could not find default route"));
            return advertised;
        }

        lines.Add(EarlyLogLine.Of(
            "info", "etcdmain/etcd.go:98", "detected default host for advertise", "host", host));
        return [advertised[0] with { Host = $"{host}:{listeners[0].Port}" }];
    }

    private static TlsConfig ClientTls(FlagSettings settings) => new()
    {
        CertFile = settings.Text("cert-file"),
        KeyFile = settings.Text("key-file"),
        ClientCertFile = settings.Text("client-cert-file"),
        ClientKeyFile = settings.Text("client-key-file"),
        ClientCertAuth = settings.Bool("client-cert-auth"),
        TrustedCaFile = settings.Text("trusted-ca-file"),
        CrlFile = settings.Text("client-crl-file"),
        AutoTls = settings.Bool("auto-tls"),
        AllowedCommonNames = [],
        AllowedHostNames = settings.TextList("client-cert-allowed-hostname"),
    };

    private static TlsConfig PeerTls(FlagSettings settings) => new()
    {
        CertFile = settings.Text("peer-cert-file"),
        KeyFile = settings.Text("peer-key-file"),
        ClientCertFile = settings.Text("peer-client-cert-file"),
        ClientKeyFile = settings.Text("peer-client-key-file"),
        ClientCertAuth = settings.Bool("peer-client-cert-auth"),
        TrustedCaFile = settings.Text("peer-trusted-ca-file"),
        CrlFile = settings.Text("peer-crl-file"),
        AutoTls = settings.Bool("peer-auto-tls"),
        AllowedCommonNames = settings.TextList("peer-cert-allowed-cn"),
        AllowedHostNames = settings.TextList("peer-cert-allowed-hostname"),
    };

    private static FeatureConfig Features(FlagSettings settings) => new()
    {
        InitialCorruptCheck = settings.Switch("InitialCorruptCheck"),
        CorruptCheckTime = settings.Duration("corrupt-check-time"),
        CompactHashCheck = settings.Switch("CompactHashCheck"),
        CompactHashCheckTime = settings.Duration("compact-hash-check-time"),
        LeaseCheckpoint = settings.Switch("LeaseCheckpoint"),
        LeaseCheckpointPersist = settings.Switch("LeaseCheckpointPersist"),
        CompactionBatchLimit = (int)Math.Clamp(settings.Int("compaction-batch-limit"), 1, int.MaxValue),
        CompactionSleepInterval = settings.Duration("compaction-sleep-interval"),
        WatchProgressNotifyInterval = settings.Duration("watch-progress-notify-interval"),
        StopGrpcServiceOnDefrag = settings.Switch("StopGRPCServiceOnDefrag"),
    };
}
