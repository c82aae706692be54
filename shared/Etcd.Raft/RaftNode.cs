namespace Etcd.Raft;

/// <summary>
/// One member's part in the Raft algorithm, as a pure state machine: messages, ticks and proposals go in, messages and
/// work for storage come out. Used by one thread at a time (the raft loop); it has no thread, clock, socket or file of its own.
/// </summary>
/// <remarks>
/// <para><b>The loop.</b> Call any of <see cref="Tick"/>, <see cref="Step"/>, <see cref="ProposeBatch"/>,
/// <see cref="ReadIndex"/>… as often as there is input. Then, while <see cref="HasReady"/>, call
/// <see cref="TakeReady"/> once and handle everything in it. Nothing is acknowledged by a call of its own: progress of
/// storage comes back as messages. The more input is taken before each TakeReady, the larger the batches.</para>
///
/// <para><b>Handling a <see cref="Ready"/>.</b> In any order, and without waiting for one another:</para>
/// <list type="number">
/// <item>Messages to members: send at once. They never depend on anything not yet durable, so they overlap the fsync.
/// They may be lost, duplicated or reordered. After a failed send call <see cref="ReportUnreachable"/>; for a
/// <see cref="MessageType.Snapshot"/> always call <see cref="ReportSnapshot"/>, or the receiver gets nothing more until
/// it answers by itself.</item>
/// <item>The <see cref="MessageType.StorageAppend"/> message: pass to the log writer. It persists, in this order,
/// the snapshot (if any), the entries (an index that exists already replaces it and everything after it), and the hard
/// state (<see cref="Message.TryGetHardState"/>). If the message has responses, all of it and all earlier append
/// messages must be durable before any response is delivered; several messages may share one fsync. Without responses
/// nothing waits for it and no fsync is needed, nor for a hard state that differs from the last in its commit index only:
/// what answers promise beside it is durable already. Before the responses are delivered, the entries and hard state must
/// also be readable through <see cref="IRaftStorage"/>, and the snapshot restored in the state machine.</item>
/// <item>The <see cref="MessageType.StorageApply"/> message: pass to the apply loop. Apply the entries in order. For a
/// conf change entry call <see cref="ApplyConfChange"/> on the raft loop (unless the application refuses the change,
/// then make no call), in the order of the entries and before delivering the responses. The result need not be durable
/// before the responses are delivered. A snapshot in an append message can overtake entries that wait to be
/// applied: entries at or below the index of a restored snapshot are skipped, and acknowledged like the others.</item>
/// <item>Responses: deliver in order; those with <see cref="Message.To"/> equal to this member's id through
/// <see cref="Step"/>, the others to the network. Those of an append message are exactly the ones that must not leave
/// before the fsync: acknowledged appends, requests for votes, and votes, also this member's own. They must never be
/// lost (short of a crash), and messages to the same pseudo id are handled in the order in which they were given out.
/// </item>
/// <item><see cref="Ready.ReadStates"/>: a read waits until <see cref="ReadState.Index"/> is applied.</item>
/// </list>
///
/// <para><b>Start.</b> A new cluster: an empty storage and <see cref="Bootstrap"/>. Anything else: a storage that holds
/// the last snapshot or compaction point, all entries after it, and the newest durable hard state. With
/// <see cref="RaftConfig.Applied"/> set, the initial <see cref="ConfState"/> must be the one in force at that index,
/// for conf changes up to there are not handed out again. A member that joins starts with an empty storage, without
/// Bootstrap.</para>
///
/// <para><b>Compaction.</b> The owner may compact the storage at any time up to the applied index
/// (<see cref="Applied"/>), not beyond. It should keep a few thousand entries so that a slow follower needs no
/// snapshot.</para>
///
/// <para><b>Reads.</b> <see cref="ReadIndex"/> costs one round of heartbeats; a leader confirms everything that waits
/// with the same round. A request can get lost with a leader or a message: repeat it after a time-out. Contexts
/// identify the answers and must be unique among the requests in flight.</para>
///
/// <para><b>Memory.</b> Payloads and messages are shared, never copied: nobody may change bytes after handing them in
/// or after getting them out. Spans in a Ready live until the next TakeReady.</para>
///
/// <para><b>Errors.</b> What can go wrong in normal operation is a <see cref="StepResult"/>. A
/// <see cref="RaftInvariantException"/> means that this member must stop at once and write nothing more.</para>
///
/// <para><b>Determinism.</b> The same options, seed and sequence of calls give the same outputs.</para>
/// </remarks>
public sealed partial class RaftNode
{
    private readonly RaftCore _core;

    /// <summary>Starts from what is durable; O(1) apart from the membership.</summary>
    /// <param name="config">Checked here.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RaftNode(RaftConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _core = new RaftCore(config);
        _previousSoftState = _core.SoftState;
        _previousHardState = _core.HardState;
    }

    /// <summary>This member's id.</summary>
    public ulong Id => _core.Id;

    /// <summary>Current term.</summary>
    public ulong Term => _core.Term;

    /// <summary>Who leads the current term; 0 while unknown.</summary>
    public ulong LeaderId => _core.LeaderId;

    /// <summary>This member's part.</summary>
    public RaftRole Role => _core.Role;

    /// <summary>True while this member leads.</summary>
    public bool IsLeader => _core.Role == RaftRole.Leader;

    /// <summary>True while this leader hands over, and takes no proposals.</summary>
    public bool IsHandingOver => _core.LeadTransferee != RaftIds.None;

    /// <summary>True while this leader would append an empty entry instead of a conf change: its log may hold one that
    /// is not applied yet.</summary>
    public bool RefusesConfChanges => IsLeader && _core.MayHavePendingConfChange;

    /// <summary>Highest index known to be committed.</summary>
    public ulong Commit => _core.Log.Committed;

    /// <summary>Highest index whose application was acknowledged.</summary>
    public ulong Applied => _core.Log.Applied;

    /// <summary>True while a snapshot that was received is not installed yet.</summary>
    public bool IsRestoring => _core.Log.HasPendingSnapshot;

    /// <summary>Index of the last entry, durable or not.</summary>
    public ulong LastIndex => _core.Log.LastIndex;

    /// <summary>
    /// Makes this member of a new cluster begin with one committed conf change entry per member, at term 1, as every
    /// other member does with the same peers. The entries come out of the first <see cref="TakeReady"/> calls like any
    /// others.
    /// </summary>
    /// <param name="peers">At least one; the same on every member, in the same order.</param>
    /// <exception cref="InvalidOperationException">The storage is not empty.</exception>
    public void Bootstrap(ReadOnlySpan<BootstrapPeer> peers)
    {
        _core.Bootstrap(peers);
        _previousHardState = default;
    }

    /// <summary>
    /// Lets one tick pass: elections, heartbeats, quorum checks and hand-over time-outs are counted in ticks.
    /// </summary>
    public void Tick() => _core.Tick();

    /// <summary>Starts an election now, unless this member leads or cannot be elected.</summary>
    public void Campaign() => _core.Step(new Message { Type = MessageType.Hup });

    /// <summary>
    /// Starts an election now if this member is the only voter, as far as is committed, and knows no leader: its own
    /// vote is the majority, so there is nobody to wait for. Otherwise nothing happens. To be called where that may
    /// have become true: at the start, and after entries were applied.
    /// </summary>
    public void CampaignIfAlone() => _core.CampaignIfAlone();

    /// <summary>Proposes one entry. A follower forwards it to its leader.</summary>
    /// <param name="data">Payload, not empty; never changed afterwards.</param>
    public StepResult Propose(ReadOnlyMemory<byte> data) =>
        ProposeBatch(new Entry[] { new(EntryType.Normal, 0, 0, data) });

    /// <summary>
    /// Proposes entries that are appended together or dropped together. One call with many entries sends one append per
    /// follower, where many calls send many.
    /// </summary>
    /// <param name="entries">At least one; Term and Index are ignored.</param>
    public StepResult ProposeBatch(EntryList entries) =>
        _core.Step(new Message { Type = MessageType.Proposal, From = _core.Id, Entries = entries });

    /// <summary>
    /// Proposes a membership change. A change that may not be made now (another one is unapplied, or the joint state
    /// does not fit) is replaced by an empty entry: the application then sees no change at the index. At most one is in
    /// the log unapplied at any time.
    /// </summary>
    /// <param name="type"><see cref="EntryType.ConfChange"/> or <see cref="EntryType.ConfChangeV2"/>.</param>
    /// <param name="data">Encoded change; empty, as V2, to leave a joint configuration.</param>
    public StepResult ProposeConfChange(EntryType type, ReadOnlyMemory<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)type, (int)EntryType.Normal, nameof(type));
        return ProposeBatch(new Entry[] { new(type, 0, 0, data) });
    }

    /// <summary>Puts a committed membership change in force. See the contract for when to call.</summary>
    /// <param name="index">
    /// Index of the entry. A change at or below the index of a snapshot that has arrived meanwhile has no effect: the
    /// snapshot's configuration includes it.
    /// </param>
    /// <param name="change">As decoded from the entry.</param>
    /// <returns>The configuration in force from now on, to be kept with the state.</returns>
    /// <exception cref="RaftInvariantException">The change does not fit the configuration.</exception>
    public ConfState ApplyConfChange(ulong index, ConfChangeV2 change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return _core.ApplyConfChange(index, change);
    }

    /// <summary>Takes a message from another member, or a response of a local storage thread.</summary>
    /// <param name="message">From the network only if its sender is not <see cref="RaftIds.IsLocalThread"/>.</param>
    public StepResult Step(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        bool local = RaftIds.IsLocalThread(message.From);
        if (!local && RaftIds.IsLocalType(message.Type))
        {
            return StepResult.LocalMessage;
        }

        if (!local && RaftIds.IsResponseType(message.Type) && !_core.IsTracked(message.From))
        {
            return StepResult.UnknownPeer;
        }

        return MessageCheck.IsWellFormed(message) ? _core.Step(message) : StepResult.Malformed;
    }

    /// <summary>
    /// Asks for a read index; the answer comes in <see cref="Ready.ReadStates"/>, or never (repeat after a time-out).
    /// </summary>
    /// <param name="context">
    /// Not empty, unique among the requests in flight in the cluster; at most a few dozen bytes.
    /// </param>
    public void ReadIndex(ReadOnlyMemory<byte> context) => _core.Step(new Message
    {
        Type = MessageType.ReadIndex,
        Entries = new Entry[] { new(EntryType.Normal, 0, 0, context) },
    });

    /// <summary>
    /// Hands leadership to another voter. Proposals are dropped until it has happened or an election timeout has
    /// passed. A follower forwards the request. Ignored for learners and unknown members.
    /// </summary>
    /// <param name="transferee">The next leader.</param>
    public void TransferLeader(ulong transferee) =>
        _core.Step(new Message { Type = MessageType.TransferLeader, From = transferee });

    /// <summary>
    /// Tells that a message to a member was probably lost, so that a leader probes it before sending more.
    /// </summary>
    /// <param name="id">The member.</param>
    public void ReportUnreachable(ulong id) => _core.Step(new Message { Type = MessageType.Unreachable, From = id });

    /// <summary>Tells how the sending of a snapshot ended.</summary>
    /// <param name="id">The receiver.</param>
    /// <param name="ok">True when it was received whole.</param>
    public void ReportSnapshot(ulong id, bool ok) =>
        _core.Step(new Message { Type = MessageType.SnapshotStatus, From = id, Reject = !ok });

    /// <summary>
    /// Makes a follower forget who leads, so that it grants votes at once instead of waiting for the lease to end. For
    /// an application that knows better that the leader is gone. Nothing happens on a leader or
    /// candidate, nor with <see cref="ReadOnlyOption.LeaseBased"/>.
    /// </summary>
    public void ForgetLeader() => _core.Step(new Message { Type = MessageType.ForgetLeader });

    /// <summary>Copies the state; allocates, so not for every message.</summary>
    public RaftStatus Status() => _core.Status();
}
