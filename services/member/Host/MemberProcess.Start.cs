using System.Net;
using Etcd.Member.Background;
using Etcd.Member.Config.Values;
using Etcd.Member.Grpc;
using Etcd.Member.Host.Pings;
using Etcd.Member.Http;
using Etcd.Member.Peers;
using Etcd.Member.Peers.Incoming;
using Etcd.Node;
using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcd.Storage.RocksDb;
using Etcd.Storage.Wal;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.Member.Host;

internal sealed partial class MemberProcess
{
    /// <summary>Above this etcd warns: each request is held in memory several times.</summary>
    private const int RecommendedMaxRequestBytes = 10 * 1024 * 1024;

    private async Task<(MemberNode Node, SnapshotFiles Files)> StartNodeAsync(
        RocksDbEngine engine, HttpPeerTransport transport, CancellationToken cancellationToken)
    {
        var files = new SnapshotFiles(_config.SnapDirectory);
        files.RemoveTemporary();
        var log = new IdentifyingLogStore(
            new SegmentedRaftLogStore(_config.WalDirectory, new WalOptions { Observer = _metrics.Disk }),
            transport.Identify);
        var queries = new PeerQueries(transport.Client, _loggers);
        var snapshots = new SnapshotTransfer(transport, files, _member, _loggers);
        _cleanup.Push(snapshots.DisposeAsync);
        var decision = log.Exists
            ? null
            : await new ClusterBootstrap(_config, queries).DecideAsync(cancellationToken).ConfigureAwait(false);
        if (decision is not null)
        {
            StartingMember(_logger, MemberIds.Text(decision.MemberId), MemberIds.Text(decision.ClusterId));
        }

        var node = await MemberNode
            .StartAsync(NodeOptions(decision, queries, snapshots), log, engine, transport, _time, _loggers,
                cancellationToken)
            .ConfigureAwait(false);
        _cleanup.Push(node.DisposeAsync);
        _metrics.Attach(node);
        _member.Use(node);
        if (decision is null)
        {
            RestartingMember(
                _logger, MemberIds.Text(node.ClusterId), MemberIds.Text(node.MemberId), node.CommittedIndex);
        }

        await StartBackgroundAsync(node, queries, isRestart: decision is null, cancellationToken).ConfigureAwait(false);
        return (node, files);
    }

    /// <summary>Checks before anything is served, then the work that goes on beside the requests.</summary>
    private async Task StartBackgroundAsync(
        MemberNode node, PeerQueries queries, bool isRestart, CancellationToken cancellationToken)
    {
        var checker = new CorruptionChecker(node, queries, _config.RequestTimeout, _time, _loggers);
        if (_config.Features.InitialCorruptCheck && isRestart
            && !await checker.CheckAtStartAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new StartException("checkInitialHashKV failed");
        }

        var stopping = new CancellationTokenSource();
        List<Task> running = [];
        if (_config.AutoCompaction.IsEnabled)
        {
            running.Add(new AutoCompactor(node, _config.AutoCompaction, _time, _loggers).RunAsync(stopping.Token));
        }

        if (_config.Features.CorruptCheckTime > TimeSpan.Zero)
        {
            running.Add(checker.RunAsync(_config.Features.CorruptCheckTime, stopping.Token));
        }

        if (_config.Features.CompactHashCheck)
        {
            running.Add(checker.RunOnCompactionsAsync(_config.Features.CompactHashCheckTime, stopping.Token));
        }

        _cleanup.Push(async () =>
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
            stopping.Dispose();
        });
    }

    private MemberNodeOptions NodeOptions(
        BootstrapDecision? decision, PeerQueries queries, ISnapshotTransfer snapshots) => new()
    {
        SnapshotTransfer = snapshots,
        Name = _config.Name,
        MemberId = decision?.MemberId ?? 0,
        ClusterId = decision?.ClusterId ?? 0,
        ClientUrls = EtcdUrls.Texts(_config.AdvertiseClientUrls),
        InitialMembers = decision?.Members ?? [],
        JoinExisting = decision?.IsJoining ?? false,
        HeartbeatMilliseconds = _config.HeartbeatMilliseconds,
        ElectionMilliseconds = _config.ElectionMilliseconds,
        InitialElectionTickAdvance = _config.InitialElectionTickAdvance,
        PreVote = _config.PreVote,
        SnapshotCount = Math.Max(_config.SnapshotCount, 1),
        SnapshotCatchUpEntries = _config.SnapshotCatchUpEntries,
        MaxRequestBytes = _config.MaxRequestBytes,
        CompactionBatchLimit = _config.Features.CompactionBatchLimit,
        CompactionSleepMilliseconds = (int)_config.Features.CompactionSleepInterval.TotalMilliseconds,
        WarningApplyDuration = _config.WarningApplyDuration,
        StrictReconfigCheck = _config.StrictReconfigCheck,
        ForceNewCluster = _config.ForceNewCluster,
        ServerVersion = Config.VersionText.Server,
        PeerVersion = (id, token) => _member.IsStarted && _member.Node.Membership.Find(id) is { } member
            ? queries.VersionAsync(member, token)
            : new ValueTask<string?>((string?)null),
        WatchProgressMilliseconds = (long)_config.Features.WatchProgressNotifyInterval.TotalMilliseconds,
        Lessor = new LessorOptions { CheckpointsEnabled = _config.Features.LeaseCheckpoint },
        StateMachine = new StateMachineOptions
        {
            MinLeaseTtlSeconds = MinLeaseTtlSeconds(),
            PersistLeaseCheckpoints = _config.Features.LeaseCheckpointPersist,
            MaxLearners = _config.MaxLearners,
            QuotaBytes = _config.EffectiveQuotaBytes,
        },
    };

    /// <summary>A lease must outlive an election and a half (etcd's <c>NewServer</c>).</summary>
    private long MinLeaseTtlSeconds()
    {
        var milliseconds = (long)(3 * _config.ElectionTicks / 2) * _config.HeartbeatMilliseconds;
        return (milliseconds + 999) / 1000;
    }

    private async Task ServePeersAsync(
        List<EndPoint> endPoints,
        HttpPeerTransport transport,
        SnapshotFiles files,
        Action<IServiceCollection> addEdge,
        CancellationToken cancellationToken)
    {
        var raft = new RaftRequestHandler(
            transport, id => _member.IsStarted && _member.Node.Membership.IsRemoved(id), _loggers);
        var handler = new PeerRequestHandler(
            transport,
            raft,
            new SnapshotRequestHandler(transport, raft, files, _loggers),
            new LeaseRequestHandler(_member),
            new MembershipRequestHandler(_member, _loggers),
            new VersionHandler(_member));
        await RunAsync(
            PeerServer.Build(
                _config, _sockets, endPoints, handler.HandleAsync, _loggers, WithPings(addEdge, TimeSpan.Zero)),
            cancellationToken)
            .ConfigureAwait(false);
        foreach (var url in _config.ListenPeerUrls)
        {
            ServingPeers(_logger, url.Address);
        }

        _servesPeers = true;
    }

    private async Task ServeMetricsAsync(
        List<EndPoint> endPoints, HttpRequestHandler handler, CancellationToken cancellationToken)
    {
        if (endPoints.Count == 0)
        {
            return;
        }

        await RunAsync(
            PlainServer.Build(_sockets, endPoints, handler.HandleMetricsAsync, _loggers), cancellationToken)
            .ConfigureAwait(false);
        foreach (var url in _config.ListenMetricsUrls)
        {
            ServingMetrics(_logger, url.ToString());
        }
    }

    private async Task ServeClientsAsync(
        List<EndPoint> clients,
        List<EndPoint> http,
        HttpRequestHandler handler,
        Action<IServiceCollection> addEdge,
        CancellationToken cancellationToken)
    {
        var addServices = WithPings(addEdge, _config.KeepAlive.MinTime);
        var app = ClientServer.Build(_config, _sockets, clients, http, handler, _loggers, addServices);
        await RunAsync(app, cancellationToken).ConfigureAwait(false);
        foreach (var url in _config.ListenClientUrls)
        {
            Ready(_logger);
            ServingClients(_logger, http.Count == 0 ? "grpc+http" : "grpc", url.Address);
        }

        foreach (var url in _config.ListenClientHttpUrls)
        {
            Ready(_logger);
            ServingClients(_logger, "http", url.Address);
        }
    }

    /// <summary>What the gRPC services need; one set of it serves clients and peers.</summary>
    private Action<IServiceCollection> EdgeServices(HttpPeerTransport transport)
    {
        var leader = new LeaderClient(transport.Client, _member);
        var maintenance = new EngineMaintenance(_member, _metrics.Disk, _time);
        var options = new GrpcEdgeOptions
        {
            ServerVersion = Config.VersionText.Server,
            MaxTxnOps = _config.MaxTxnOps,
            MaxRequestBytes = _config.MaxRequestBytes,
            QuotaBytes = _config.EffectiveQuotaBytes,
            RequestTimeout = _config.RequestTimeout,
            ElectionTimeout = TimeSpan.FromMilliseconds(_config.ElectionMilliseconds),
            SlowRequest = _config.WarningUnaryRequestDuration,
            SlowRead = _config.WarningApplyDuration,
            NotServingWhileDefragmenting = _config.Features.StopGrpcServiceOnDefrag,
        };
        return services =>
        {
            services.AddSingleton<IMemberAccess>(_member);
            services.AddSingleton<ILeaseForwarder>(leader);
            services.AddSingleton<IPromotionForwarder>(leader);
            services.AddSingleton<IGrpcMetrics>(_metrics.Grpc);
            services.AddSingleton<IEngineMaintenance>(maintenance);
            services.AddSingleton(_time);
            services.AddSingleton(options);
        };
    }

    /// <summary>etcd gives the peer port no time of its own.</summary>
    private Action<IServiceCollection> WithPings(Action<IServiceCollection> addServices, TimeSpan minTime) =>
        services =>
        {
            addServices(services);
            services.Configure<KestrelServerOptions>(options => options.UsePingPolicy(minTime, _time));
        };

    private async Task RunAsync(WebApplication app, CancellationToken cancellationToken)
    {
        _cleanup.Push(async () =>
        {
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        });
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
    }
}
