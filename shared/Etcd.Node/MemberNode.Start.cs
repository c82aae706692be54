using System.Security.Cryptography;
using Etcd.Node.Apply;
using Etcd.Node.Bootstrap;
using Etcd.Node.Consensus;
using Etcd.Node.Diagnostics;
using Etcd.Node.Loops;
using Etcd.Node.Peers;
using Etcd.Node.Proposals;
using Etcd.Node.Watching;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;
using Microsoft.Extensions.Logging;

namespace Etcd.Node;

public sealed partial class MemberNode
{
    // Entries handed to the apply loop and not acknowledged yet. 8 MiB: one engine batch, so that the next one is
    // ready when it is written.
    private const ulong MaxApplyingBytes = 8 << 20;

    private readonly RecoveredMember _recovered;
    private readonly List<NodeThread> _threads = [];
    private readonly List<ITimer> _timers = [];

    /// <summary>
    /// Opens or creates the log, rebuilds the state machine from the engine, starts the threads and publishes
    /// this member's attributes in the background (<see cref="Published"/>).
    /// </summary>
    /// <param name="options">What this member is.</param>
    /// <param name="logStore">Its log; opened and owned by the node.</param>
    /// <param name="engine">Its engine, open; disposed by the caller after the node.</param>
    /// <param name="transport">The wire to the other members; disposed by the caller after the node.</param>
    /// <param name="timeProvider">All time the node knows.</param>
    /// <param name="loggerFactory">Loggers.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="LogCorruptException">The log is damaged.</exception>
    /// <exception cref="MemberStartException">Log, engine and options contradict each other.</exception>
    public static Task<MemberNode> StartAsync(
        MemberNodeOptions options,
        IRaftLogStore logStore,
        IKvEngine engine,
        IPeerTransport transport,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            // Reading log and index takes as long as the disk does.
            RecoveredMember recovered = MemberBootstrap.Run(options, logStore, engine);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                MemberNode node = new(options, recovered, engine, transport, timeProvider, loggerFactory);
                node.Start();
                return node;
            }
            catch
            {
                recovered.Log.Dispose();
                throw;
            }
        },
        cancellationToken);

    private MemberNode(
        MemberNodeOptions options,
        RecoveredMember recovered,
        IKvEngine engine,
        IPeerTransport transport,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _options = options;
        _recovered = recovered;
        _engine = engine;
        _transport = transport;
        _time = time;
        _logger = loggers.CreateLogger("etcd.node");
        MemberId = recovered.MemberId;
        ClusterId = recovered.ClusterId;
        Metrics = new NodeMetrics();
        long incarnation = NewIncarnation();
        _requestIds = new RequestIdGenerator(MemberId, incarnation);
        _proposals = new ProposalTracker(time, options.RequestTimeout, TimeoutErrorOf, Metrics);

        ApplyCore applyCore = NewApplyCore(recovered.State);
        _published = new PublishedState(
            applyCore.View,
            applyCore.Membership,
            applyCore.Alarms,
            applyCore.AppliedIndex,
            applyCore.AppliedTerm,
            applyCore.ConfState);
        _apply = new ApplyLoop(
            applyCore,
            engine,
            ApplyWiring(),
            options.SnapshotTransfer,
            TimeSpan.FromMilliseconds(options.CompactionSleepMilliseconds),
            options.WarningApplyDuration,
            Metrics,
            time,
            loggers.CreateLogger("etcd.apply"));
        _wal = new WalWriter(recovered.Log, WalWiring());
        ConsensusCore consensus = new(
            ConsensusOptions.Of(options, MemberId, (ulong)incarnation),
            RaftConfigOf(recovered, new RaftLogBridge(loggers.CreateLogger("raft")), incarnation),
            recovered.Storage,
            recovered.ConfState);
        TimeSpan tick = TimeSpan.FromMilliseconds(options.HeartbeatMilliseconds);
        _raft = new RaftLoop(
            consensus,
            RaftWiring(),
            _reads,
            _proposals,
            new HeartbeatWatch(time, tick, Metrics, _logger),
            Metrics,
            _logger);
        _checkpointer = new Checkpointer(
            () => _published, FlushEngine, _wal.Post, recovered.MarkerIndex, _logger);
        _shards = NewShards();
    }

    private void FlushEngine()
    {
        long start = _time.GetTimestamp();
        _engine.Flush();
        Metrics.CheckpointObserved?.Invoke(_time.GetElapsedTime(start));
    }

    private void Start()
    {
        LogStarting(
            Hex(MemberId),
            _options.ServerVersion,
            Hex(ClusterId),
            Membership.Version?.ToString() ?? "to_be_decided",
            _recovered.State.AppliedIndex,
            _recovered.Storage.LastIndex);
        _transport.Start(this);
        SetPeers(Membership.Members.Count > 0 ? Membership.Members : _options.InitialMembers);

        // Before the loops run: a lone member may lead, and have its term's first commit, within a millisecond.
        Task versions = MonitorVersionsAsync();
        _threads.Add(NodeThread.Start("etcd-wal", _wal.Run, OnThreadFailed));
        _threads.Add(NodeThread.Start("etcd-apply", _apply.Run, OnThreadFailed));
        _threads.Add(NodeThread.Start("etcd-raft", _raft.Run, OnThreadFailed));
        _threads.Add(NodeThread.Start("etcd-checkpoint", _checkpointer.Run, OnThreadFailed));
        for (int i = 0; i < _shards.Length; i++)
        {
            _threads.Add(NodeThread.Start($"etcd-watch-{i}", _shards[i].Run, OnThreadFailed));
        }

        if (Membership.IsRemoved(MemberId))
        {
            OnRemoved();
        }

        StartTimers();
        _background = [PublishAttributesAsync(), versions];
    }

    private ApplyCore NewApplyCore(ReplicatedState state) =>
        new(ApplyOptions.Of(_options, MemberId), _requestIds, state);

    private RaftConfig RaftConfigOf(RecoveredMember recovered, IRaftLogger logger, long incarnation) => new()
    {
        Id = MemberId,
        Storage = recovered.Storage,
        Random = NewRandom(incarnation),
        ConfChangeDecoder = RaftMessageCodec.DecodeConfChange,
        ElectionTicks = ElectionTicks,
        HeartbeatTicks = 1,
        Applied = recovered.State.AppliedIndex,
        MaxApplyingSizeBytes = MaxApplyingBytes,
        PreVote = _options.PreVote,
        CheckQuorum = true,
        Logger = logger,
    };

    private int ElectionTicks => _options.ElectionMilliseconds / _options.HeartbeatMilliseconds;

    /// <summary>Tells this start from every other one. Not a time: a clock that is set back would give it twice.
    /// </summary>
    private static long NewIncarnation() =>
        BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

    private Random NewRandom(long incarnation)
    {
        ulong seed = _options.RandomSeed != 0 ? _options.RandomSeed : MemberId ^ (ulong)incarnation;
#pragma warning disable CA5394 // Spreads election timeouts; nothing secret depends on it.
        return new Random((int)(seed ^ (seed >> 32)));
#pragma warning restore CA5394
    }

    private WatchShardLoop[] NewShards()
    {
        WatchShardLoop[] shards = new WatchShardLoop[Math.Clamp(_options.WatchShards, 1, 64)];
        WatchShardOptions options = new()
        {
            ClusterId = ClusterId,
            MemberId = MemberId,
            InFlightBytes = _options.WatchInFlightBytes / shards.Length,
            FragmentBytes = _options.MaxRequestBytes + (512 * 1024),
            ProgressIntervalMilliseconds = Math.Max(100, _options.WatchProgressMilliseconds),
        };
        NodeWatchHistory history = new(() => View);
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = new WatchShardLoop(
                new WatchShard(options, history), () => _apply.NowMilliseconds, () => Term, Metrics);
        }

        return shards;
    }
}
