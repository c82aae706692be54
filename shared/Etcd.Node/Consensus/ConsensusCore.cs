using System.Diagnostics.CodeAnalysis;
using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <summary>
/// Raft with what a member adds around it: proposals that wait for a leader, batched linearizable reads and the
/// compaction of the in-memory log. Pure: no thread, clock, file or socket; ticks and messages in,
/// <see cref="ConsensusOutput"/> out. Owned by the raft loop, or by a simulator.
/// </summary>
/// <remarks>
/// <code>
/// Tick, Receive, Propose, RequestRead, …  ──►  ConsensusCore  ──► Poll: Messages   → transport, at once
///                LogWritten ◄── log writer ◄──────────┤           LogWrites → log, one fsync for all queued
///                   Applied ◄── apply loop ◄──────────┘           Applies   → state machine
/// </code>
/// </remarks>
public sealed partial class ConsensusCore
{
    private readonly ConsensusOptions _options;
    private readonly RaftNode _raft;
    private readonly MemoryRaftStorage _storage;
    private readonly Queue<Proposal> _proposals = new();
    private readonly List<Entry> _batch = [];
    private readonly List<Proposal> _batchProposals = [];
    private readonly List<Proposal> _dropped = [];
    private ulong _appliedIndex;
    private ulong _compactedIndex;
    private ConfState _appliedConfState;
    private bool _isAlone;
    private ulong _lastKnownLeader;
    private bool _leadershipChanged;
    private bool _newLeader;

    /// <param name="options">Limits.</param>
    /// <param name="raftConfig">Raft's own; its storage must be <paramref name="storage"/>.</param>
    /// <param name="storage">Entries that are durable, as recovered.</param>
    /// <param name="appliedConfState">Configuration in force at <c>raftConfig.Applied</c>.</param>
    public ConsensusCore(
        ConsensusOptions options,
        RaftConfig raftConfig,
        MemoryRaftStorage storage,
        ConfState appliedConfState)
    {
        _options = options;
        _storage = storage;
        _raft = new RaftNode(raftConfig);
        _appliedIndex = raftConfig.Applied;
        SetConfState(appliedConfState);
        _compactedIndex = storage.FirstIndex - 1;
        _round = options.FirstReadRound;
        // Differs from etcd: a lone voter does not wait for an election timeout, which it would be sure to win.
        _raft.CampaignIfAlone();
    }

    /// <summary>Leader, term, commit index as of now.</summary>
    public RaftStatusView Status => new(
        _raft.LeaderId, _raft.Term, _raft.Commit, _raft.IsLeader, _isAlone, _raft.IsRestoring);

    /// <summary>Everything about raft, for the host's diagnostics and member promotion. Allocates.</summary>
    public RaftStatus RaftStatus => _raft.Status();

    /// <summary>True while this member leads.</summary>
    public bool IsLeader => _raft.IsLeader;

    /// <summary>One heartbeat interval passed.</summary>
    public void Tick()
    {
        _raft.Tick();
        TickReads();
        NoteHeard();
        EndForwarded();
        EndWithdrawnChanges();
    }

    /// <summary>Takes a message of another member.</summary>
    public StepResult Receive(Message message)
    {
        if (IsChangeTooEarly(message) && TryKeep(message))
        {
            return StepResult.Accepted;
        }

        StepResult result = _raft.Step(message);
        bool lacksLeader = result is StepResult.DroppedNoLeader or StepResult.DroppedLeaderTransfer;
        return lacksLeader && TryKeep(message) ? StepResult.Accepted : result;
    }

    /// <summary>Takes a proposal. It is handed to raft by the next <see cref="Poll"/>, or waits: for a leader, and a
    /// membership change until the one before is applied.</summary>
    public void Propose(Proposal proposal) =>
        (proposal.Type == EntryType.Normal ? _proposals : _changes).Enqueue(proposal);

    /// <summary>
    /// A log write of <see cref="ConsensusOutput.LogWrites"/> is durable, in their order. Its responses to other
    /// members are the log writer's to send, after the fsync.
    /// </summary>
    public void LogWritten(Message write)
    {
        if (write.Snapshot is { IsEmpty: false } snapshot)
        {
            _storage.ApplySnapshot(snapshot);
            _compactedIndex = snapshot.Metadata.Index;
            _appliedIndex = Math.Max(_appliedIndex, snapshot.Metadata.Index);
            SetConfState(snapshot.Metadata.ConfState);
        }

        if (!write.Entries.IsEmpty)
        {
            _storage.Append(write.Entries);
        }

        if (write.TryGetHardState(out HardState hardState))
        {
            _storage.SetHardState(hardState);
        }

        StepOwn(write.Responses);
    }

    /// <summary>
    /// The entries of an <see cref="ConsensusOutput.Applies"/> message were applied, in their order. Every conf
    /// change among them was reported with <see cref="ConfChangeApplied"/> before.
    /// </summary>
    /// <param name="apply">The message.</param>
    public void Applied(Message apply)
    {
        if (!apply.Entries.IsEmpty)
        {
            _appliedIndex = apply.Entries[apply.Entries.Length - 1].Index;
        }

        StepOwn(apply.Responses);
        // The first conf change of a new cluster may have made this member a voter, the only one.
        _raft.CampaignIfAlone();
        CompactLog();
    }

    /// <summary>A conf change entry was applied to the membership. One that the membership refused is not reported.
    /// </summary>
    public ConfState ConfChangeApplied(ulong index, ConfChangeV2 change)
    {
        SetConfState(_raft.ApplyConfChange(index, change));
        return _appliedConfState;
    }

    /// <summary>Hands leadership to a member; nothing happens unless this member leads (or forwards it).</summary>
    public void TransferLeader(ulong memberId) => _raft.TransferLeader(memberId);

    /// <summary>Starts an election now, without waiting for the timeout.</summary>
    public void Campaign() => _raft.Campaign();

    /// <summary>The last message to a member was probably lost.</summary>
    public void ReportUnreachable(ulong memberId) => _raft.ReportUnreachable(memberId);

    /// <summary>A snapshot was sent, or not.</summary>
    public void ReportSnapshot(ulong memberId, bool succeeded) => _raft.ReportSnapshot(memberId, succeeded);

    /// <summary>Hands waiting proposals and reads to raft and collects everything that is to be done.</summary>
    public void Poll(ConsensusOutput output)
    {
        output.Clear();
        FlushWaiting();
        while (_raft.HasReady)
        {
            Collect(_raft.TakeReady(), output);
            if (_newLeader)
            {
                FailReads(ReadFailure.LeaderChanged);
            }

            // A leader may just have been found, or a round just have ended.
            FlushWaiting();
        }

        output.LeadershipChanged = _leadershipChanged;
        output.NewLeader |= _newLeader;
        output.Dropped.AddRange(_dropped);
        _dropped.Clear();
        _leadershipChanged = false;
        _newLeader = false;
        TakeReads(output);
    }

    private void FlushWaiting()
    {
        FlushForwarded();
        FlushProposals();
        FlushChanges();
        StartReads();
    }

    private void Collect(in Ready ready, ConsensusOutput output)
    {
        if (ready.SoftState is { } softState)
        {
            _leadershipChanged = true;
            if (softState.LeaderId != RaftIds.None && softState.LeaderId != _lastKnownLeader)
            {
                _newLeader = true;
                output.NewLeader = true;
            }

            _lastKnownLeader = softState.LeaderId;
        }

        foreach (ref readonly ReadState read in ready.ReadStates)
        {
            CompleteRead(read);
        }

        foreach (Message message in ready.Messages)
        {
            switch (message.To)
            {
                case RaftIds.LocalAppendThread:
                    output.LogWrites.Add(message);
                    break;
                case RaftIds.LocalApplyThread:
                    output.Applies.Add(message);
                    break;
                default:
                    output.Messages.Add(message);
                    break;
            }
        }
    }

    [MemberNotNull(nameof(_appliedConfState))]
    private void SetConfState(ConfState state)
    {
        _appliedConfState = state;
        _isAlone = state.Voters is [ulong only] && only == _options.MemberId
            && state.Learners.Length == 0 && state.VotersOutgoing.Length == 0;
    }

    private void StepOwn(IReadOnlyList<Message> responses)
    {
        for (int i = 0; i < responses.Count; i++)
        {
            if (responses[i].To == _options.MemberId)
            {
                _raft.Step(responses[i]);
            }
        }
    }
}
