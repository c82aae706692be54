using Etcd.Node.Apply;
using Etcd.Node.Bootstrap;
using Etcd.Node.Consensus;
using Etcd.Node.Peers;
using Etcd.Node.Proposals;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Core;

/// <summary>
/// A whole member without threads: message in, effects out. The same cores that <see cref="MemberNode"/> runs on its
/// loops, joined on one thread, so that a simulator can hold every delay, loss and crash in its own hands. The same
/// options, ports and calls give the same effects.
/// </summary>
/// <remarks>
/// <code>
/// inputs:  Tick · Receive · Propose · ProposeChange · RequestRead · TransferLeader · TickLeases
/// then:    Poll ─► Messages   deliver, or not
///               ─► LogWrites  LogWriting.Buffer, LogWriting.Sync, LogWritten, send what it returns
///               ─► Applies    Apply
///               ─► Completions, Reads, Events, Dropped
/// crash:   forget the object; take what log and engine kept; Start again with another incarnation
/// </code>
/// Pure are, with it, all types of the folders Consensus, Apply, Core and Bootstrap and the codec of Peers: they touch
/// the world only through the ports they are given. The loops are not.
/// </remarks>
public sealed class MemberCore : IDisposable
{
    private readonly ConsensusOutput _consensusOutput = new();
    private readonly ApplyOutput _applyOutput = new();
    private readonly MemberEffects _effects = new();
    private readonly MemberEffects _pending = new();
    private readonly List<FencedProposal> _fenced = [];
    private readonly List<ReadOutcome> _waitingReads = [];
    private readonly RequestIdGenerator _requestIds;
    private readonly MemberNodeOptions _options;

    private MemberCore(
        MemberNodeOptions options,
        RecoveredMember recovered,
        RequestIdGenerator requestIds,
        ConsensusCore consensus,
        ApplyCore apply)
    {
        _options = options;
        MemberId = recovered.MemberId;
        ClusterId = recovered.ClusterId;
        Log = recovered.Log;
        _requestIds = requestIds;
        Consensus = consensus;
        State = apply;
    }

    /// <summary>This member.</summary>
    public ulong MemberId { get; }

    /// <summary>Its cluster.</summary>
    public ulong ClusterId { get; }

    /// <summary>The open log, for the caller to write to.</summary>
    public IRaftLog Log { get; }

    /// <summary>The consensus part.</summary>
    public ConsensusCore Consensus { get; }

    /// <summary>The state machine part; another one after <see cref="InstallState"/>.</summary>
    public ApplyCore State { get; private set; }

    /// <summary>Opens log and engine as a member does at start.</summary>
    /// <exception cref="MemberStartException">They contradict each other.</exception>
    public static MemberCore Start(MemberCoreOptions options, IRaftLogStore store, IKvEngine engine)
    {
        ArgumentNullException.ThrowIfNull(options);
        MemberNodeOptions member = options.Member;
        RecoveredMember recovered = MemberBootstrap.Run(member, store, engine);
        RequestIdGenerator requestIds = new(recovered.MemberId, options.Incarnation);
        ApplyCore apply = new(ApplyOptions.Of(member, recovered.MemberId), requestIds, recovered.State);
        ConsensusOptions limits = options.Consensus
            ?? ConsensusOptions.Of(member, recovered.MemberId, (ulong)options.Incarnation);
        RaftConfig config = new()
        {
            Id = recovered.MemberId,
            Storage = recovered.Storage,
            Random = options.Random,
            ConfChangeDecoder = RaftMessageCodec.DecodeConfChange,
            ElectionTicks = member.ElectionMilliseconds / member.HeartbeatMilliseconds,
            Applied = recovered.State.AppliedIndex,
            PreVote = member.PreVote,
            MaxInflightMessages = options.MaxInflightMessages,
            MaxSizePerMessageBytes = options.MaxSizePerMessageBytes,
            MaxApplyingSizeBytes = options.MaxApplyingSizeBytes,
            ReadOnlyOption = options.ReadOnlyOption,
        };
        ConsensusCore consensus = new(limits, config, recovered.Storage, recovered.ConfState);
        return new MemberCore(member, recovered, requestIds, consensus, apply);
    }

    /// <summary>One heartbeat interval passed.</summary>
    public void Tick() => Consensus.Tick();

    /// <summary>Half a second passed: expired leases are proposed for revocation while this member leads.</summary>
    public void TickLeases(long nowMilliseconds)
    {
        State.TickLeases(nowMilliseconds, _fenced);
        foreach (FencedProposal fenced in _fenced)
        {
            Consensus.Propose(
                new Proposal(fenced.RequestId, EntryType.Normal, fenced.Data) { OnlyInTerm = fenced.Term });
        }

        _fenced.Clear();
    }

    /// <summary>Takes a message of another member.</summary>
    public StepResult Receive(Message message) => Consensus.Receive(message);

    /// <summary>Proposes a request and returns its id.</summary>
    public ulong Propose(InternalRaftRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ulong id = _requestIds.Next();
        request.Header ??= new RequestHeader();
        request.Header.ID = id;
        Consensus.Propose(new Proposal(id, EntryType.Normal, request.ToByteArray()));
        return id;
    }

    /// <summary>Proposes a membership change and returns its id.</summary>
    /// <param name="change">Makes the change for an id, see <see cref="MembershipRequests"/>.</param>
    public ulong ProposeChange(Func<ulong, Raftpb.ConfChange> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ulong id = _requestIds.Next();
        Consensus.Propose(new Proposal(id, EntryType.ConfChange, change(id).ToByteArray()));
        return id;
    }

    /// <summary>Asks for a moment at which the view is linearizable; answered in <see cref="MemberEffects.Reads"/>.
    /// </summary>
    public void RequestRead(ulong token) => Consensus.RequestRead(token);

    /// <summary>A write is durable. Returns the answers to other members that may leave now.</summary>
    public IEnumerable<Message> LogWritten(Message write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Consensus.LogWritten(write);
        foreach (Message response in write.Responses)
        {
            if (response.To != MemberId)
            {
                yield return response;
            }
        }
    }

    /// <summary>Applies and commits the entries of one message.</summary>
    /// <param name="apply">Of <see cref="MemberEffects.Applies"/>, in order.</param>
    /// <param name="nowMilliseconds">Monotonic time.</param>
    public void Apply(Message apply, long nowMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(apply);
        State.Apply(apply.Entries, nowMilliseconds, _applyOutput);
        State.Commit(nowMilliseconds, _applyOutput);
        foreach (AppliedConfChange change in _applyOutput.ConfChanges)
        {
            Consensus.ConfChangeApplied(change.Index, change.Change);
        }

        Consensus.Applied(apply);
        _pending.Completions.AddRange(_applyOutput.Completions);
        _pending.Events.AddRange(_applyOutput.Events);
        _applyOutput.Clear();
    }

    /// <summary>
    /// Completes a MsgSnap of <see cref="MemberEffects.Messages"/>: it stands for the state as of now, which the caller
    /// copies from the engine and carries along. What became of it goes to <see cref="ConsensusCore.ReportSnapshot"/>.
    /// </summary>
    public Message CompleteSnapshot(Message message) => State.CompleteSnapshot(message);

    /// <summary>Starts the state machine anew from an engine that holds a received state, durably. Called for a log
    /// write with a snapshot, before the write is buffered.</summary>
    /// <param name="snapshot">Of the log write.</param>
    /// <param name="engine">The engine from now on.</param>
    public void InstallState(Snapshot snapshot, IKvEngine engine)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ApplyCore installed = new(
            ApplyOptions.Of(_options, MemberId), _requestIds, ReplicatedState.Open(engine, _options.StateMachine));
        installed.SetConfState(snapshot.Metadata.ConfState);
        State.Dispose();
        State = installed;
    }

    /// <summary>Collects everything that is to be done; the result is valid until the next call.</summary>
    public MemberEffects Poll()
    {
        Consensus.Poll(_consensusOutput);
        _effects.Clear();
        if (_consensusOutput.LeadershipChanged)
        {
            RaftStatusView status = Consensus.Status;
            State.SetLeadership(status.Term, status.IsLeader);
        }

        _effects.LeadershipChanged = _consensusOutput.LeadershipChanged;
        _effects.Messages.AddRange(_consensusOutput.Messages);
        _effects.LogWrites.AddRange(_consensusOutput.LogWrites);
        _effects.Applies.AddRange(_consensusOutput.Applies);
        foreach (Proposal dropped in _consensusOutput.Dropped)
        {
            _effects.Dropped.Add(dropped.RequestId);
        }

        _waitingReads.AddRange(_consensusOutput.Reads);
        ReleaseReads();
        _effects.Completions.AddRange(_pending.Completions);
        _effects.Events.AddRange(_pending.Events);
        _pending.Clear();
        return _effects;
    }

    /// <summary>Closes the log and releases the state; the engine stays open.</summary>
    public void Dispose()
    {
        Log.Dispose();
        State.Dispose();
    }

    private void ReleaseReads()
    {
        for (int i = 0; i < _waitingReads.Count; i++)
        {
            if (_waitingReads[i].Index <= State.AppliedIndex)
            {
                _effects.Reads.Add(_waitingReads[i]);
                _waitingReads.RemoveAt(i--);
            }
        }
    }
}
