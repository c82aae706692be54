using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Node.Loops;
using Etcd.Node.Peers;
using Etcd.Node.Proposals;
using Etcd.Node.Reads;
using Etcd.Node.Watching;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace Etcd.Node;

/// <summary>
/// One running member: consensus, state machine and the threads around them. Thread-safe. The edges propose,
/// read and watch through it; they never see a thread, a log or an index of their own.
/// </summary>
/// <remarks>
/// <code>
/// ProposeAsync ─► ProposalTracker ─► RaftLoop ─┬─► WalWriter ─ fsync ─► LogWritten ─┐
///                                       ▲      ├─► transport (in parallel)          │
///                                       └──────┼────────────────────────────────────┘
///                                              └─► ApplyLoop ─► engine batch ─► view ─► answers ─► WatchShardLoops
/// </code>
/// Log, apply, checkpoint and watch threads each own their part (see <c>Loops/</c> and <c>Watching/</c>), raft belongs
/// to whoever does its next step; they meet only in queues and immutable snapshots.
/// </remarks>
public sealed partial class MemberNode : IPeerEvents, IAsyncDisposable
{
    private readonly MemberNodeOptions _options;
    private readonly IPeerTransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RequestIdGenerator _requestIds;
    private readonly ProposalTracker _proposals;
    private readonly ReadRounds _reads = new();
    private readonly RaftLoop _raft;
    private readonly WalWriter _wal;
    private readonly ApplyLoop _apply;
    private readonly Checkpointer _checkpointer;
    private readonly WatchShardLoop[] _shards;
    private readonly AsyncSignal _leadershipChanged = new();
    private readonly AsyncSignal _committed = new();
    private volatile PublishedState _published;
    private volatile IKvEngine _engine;

    /// <summary>This member.</summary>
    public ulong MemberId { get; }

    /// <summary>Its cluster.</summary>
    public ulong ClusterId { get; }

    /// <summary>Leader, term and commit index at one moment.</summary>
    public RaftStatusView Raft => _raft.Status;

    /// <summary>The leader as this member knows it; 0 for none.</summary>
    public ulong LeaderId => Raft.LeaderId;

    /// <summary>Current term.</summary>
    public ulong Term => Raft.Term;

    /// <summary>Highest committed index (<c>raftIndex</c> of Status).</summary>
    public ulong CommittedIndex => Raft.CommittedIndex;

    /// <summary>Highest applied index; everything up to it is in <see cref="View"/>.</summary>
    public ulong AppliedIndex => _published.AppliedIndex;

    /// <summary>True while this member leads.</summary>
    public bool IsLeader => Raft.IsLeader;

    /// <summary>True while this member has no vote.</summary>
    public bool IsLearner => Membership.Find(MemberId) is { IsLearner: true };

    /// <summary>The store as of the last commit.</summary>
    public MvccView View => _published.View;

    /// <summary>Members and cluster version as of the last commit.</summary>
    public ClusterMembership Membership => _published.Membership;

    /// <summary>Active alarms as of the last commit.</summary>
    public IReadOnlyList<AlarmMember> Alarms => _published.Alarms;

    /// <summary>The engine in use: another one after a snapshot came from the leader.</summary>
    public IKvEngine Engine => _engine;

    /// <summary>Counters.</summary>
    public NodeMetrics Metrics { get; }

    /// <summary>Operations on keys since the start.</summary>
    public OperationCounts Operations => _options.StateMachine.Counts;

    /// <summary>Number of watches on all streams.</summary>
    public int WatcherCount => _shards.Sum(static shard => shard.Watchers);

    /// <summary>Number of watches that lack revisions.</summary>
    public int SlowWatcherCount => _shards.Sum(static shard => shard.SlowWatchers);

    /// <summary>Events sent to watches since the start.</summary>
    public long SentEventCount => _shards.Sum(static shard => shard.SentEvents);

    /// <summary>Opens a watch stream on the shard with the fewest streams. The caller disposes it.</summary>
    /// <param name="sink">Takes the responses; called by the shard's thread.</param>
    public WatchStream OpenWatchStream(IWatchStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        WatchShardLoop least = _shards[0];
        foreach (WatchShardLoop shard in _shards)
        {
            least = shard.Streams < least.Streams ? shard : least;
        }

        return least.Open(sink);
    }

    /// <summary>Flushes the engine and releases log segments now, whatever the triggers say.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) =>
        OrStoppedAsync(_checkpointer.RequestAsync()).WaitAsync(cancellationToken);

    /// <summary>Everything about raft, from its own thread: every member's progress on the leader.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, or the node stopped.</exception>
    public async Task<RaftStatus> RaftStatusAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<RaftStatus> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_raft.Post(new RaftInput(RaftInputKind.Status, waiter, 0)))
        {
            waiter.TrySetCanceled(CancellationToken.None);
        }

        await OrStoppedAsync(waiter.Task).WaitAsync(cancellationToken);
        return await waiter.Task;
    }

    /// <inheritdoc/>
    public bool IsRestoring => _raft.Status.IsRestoring;

    /// <inheritdoc/>
    public ReceiveResult Receive(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.To != MemberId)
        {
            LogWrongMember(Hex(MemberId), Hex(message.To));
            return ReceiveResult.WrongMember;
        }

        if (Membership.IsRemoved(message.From))
        {
            LogRemovedSender(Hex(MemberId), Hex(message.From));
            return ReceiveResult.SenderRemoved;
        }

        if (message.Type == MessageType.Proposal && !ProposalCheck.IsApplicable(message))
        {
            LogUselessProposal(Hex(MemberId), Hex(message.From));
            return ReceiveResult.Dropped;
        }

        bool usable = message.Type != MessageType.Snapshot || _options.SnapshotTransfer is not null;
        bool accepted = usable
            && !RaftIds.IsLocalThread(message.From)
            && _raft.TryReceive(message);
        if (!accepted)
        {
            Interlocked.Increment(ref Metrics.DroppedMessagesField);
        }

        return accepted ? ReceiveResult.Accepted : ReceiveResult.Dropped;
    }

    /// <inheritdoc/>
    public void ReportUnreachable(ulong memberId) =>
        _raft.Post(new RaftInput(RaftInputKind.Unreachable, null, memberId));

    /// <inheritdoc/>
    public void ReportSnapshot(ulong memberId, bool succeeded) =>
        _raft.Post(new RaftInput(
            succeeded ? RaftInputKind.SnapshotSent : RaftInputKind.SnapshotFailed, null, memberId));

    /// <summary>Waits for a thread's answer, but not for one that a failed thread owes.</summary>
    private async Task OrStoppedAsync(Task task)
    {
        if (await Task.WhenAny(task, _stopped.Task) != task && !task.IsCompleted)
        {
            throw new OperationCanceledException("the node stopped");
        }

        await task;
    }

    /// <summary>Completes at the next commit or change of leadership; for tests that wait for a condition.</summary>
    internal Task NextChange => Task.WhenAny(_committed.Next, _leadershipChanged.Next);

    /// <summary>Asks the owner of the state: at once while the apply loop sleeps, else behind what it has to do.
    /// </summary>
    /// <param name="state">Handed to the question, which so needs no closure.</param>
    /// <param name="ask">Gets the core and the clock of leases; must not block.</param>
    /// <param name="cancellationToken">Ends the waiting, not the question.</param>
    private ValueTask<(T? Answer, EtcdError? Error)> AskAsync<TState, T>(
        TState state, Func<ApplyCore, long, TState, T> ask, CancellationToken cancellationToken)
    {
        if (_apply.TryAsk(state, ask, out T? answer))
        {
            return ValueTask.FromResult<(T? Answer, EtcdError? Error)>((answer, null));
        }

        ApplyQuery<TState, T> query = new(state, ask);
        if (!_apply.Post(new ApplyInput(ApplyInputKind.Query, query, 0, false)))
        {
            query.Fail(EtcdErrors.Stopped);
        }

        return new(query.Completion.WaitAsync(cancellationToken));
    }
}
