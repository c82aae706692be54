using System.Net;
using Etcd.Member.Background;
using Etcd.Member.Config.Values;
using Etcd.Member.Grpc;
using Etcd.Member.Host.Pings;
using Etcd.Member.Http;
using Etcd.Member.Metrics;
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

    private async Task<MemberNode> StartNodeAsync(
        RocksDbEngine engine, HttpPeerTransport transport, SnapshotFiles files, CancellationToken cancellationToken)
    {
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
        return node;
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
        List<Task> running =
        [
            new OpenFilesMonitor(() => ProcessFiles.Used(), ProcessFiles.Limit, _time, _loggers).RunAsync(stopping.Token),
        ];
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
        WatchInFlightBytes = MemoryBudget.OfProcess.WatchBytes,
        LogMemoryBytes = MemoryBudget.OfProcess.LogBytes,
        Lessor = new LessorOptions { CheckpointsEnabled = _config.Features.LeaseCheckpoint },
        StateMachine = new StateMachineOptions
        {
            MinLeaseTtlSeconds = MinLeaseTtlSeconds(),
            PersistLeaseCheckpoints = _config.Features.LeaseCheckpointPersist,
            MaxLearners = _config.MaxLearners,
            QuotaBytes = _config.EffectiveQuotaBytes,
            ValueCacheBytes = MemoryBudget.OfProcess.ValueCacheBytes,
        },
    };

    /// <summary>A lease must outlive an election and a half (etcd's <c>NewServer</c>).</summary>
    private long MinLeaseTtlSeconds()
    {
        var milliseconds = (long)(3 * _config.ElectionTicks / 2) * _config.HeartbeatMilliseconds;
        return (milliseconds + 999) / 1000;
    }
}
