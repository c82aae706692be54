using Etcd.Node.Peers;
using Etcd.Node.Proposals;
using Etcd.Ports.Engine;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Node.Apply;

/// <summary>
/// The state machine with what only a leader does to it: leases that expire. Pure: committed entries and milliseconds
/// in, <see cref="ApplyOutput"/> out; no thread, clock, file or socket. Owned by the apply loop, or by a simulator.
/// </summary>
public sealed partial class ApplyCore : IDisposable
{
    // Entries that come meanwhile wait for one slice: about 0.3 ms.
    private const int MostSliceKeys = 128;

    private readonly ApplyOptions _options;
    private readonly RequestIdGenerator _requestIds;
    private readonly ReplicatedState _state;
    private readonly Lessor _lessor;
    private readonly HashSet<ulong> _revocations = [];
    private ConfState _confState;
    private ulong _leaderTerm;
    private bool _uncommitted;

    /// <param name="options">Settings.</param>
    /// <param name="requestIds">Ids for the requests that the leader makes by itself.</param>
    /// <param name="state">As opened from an engine; belongs to the core from now on.</param>
    public ApplyCore(ApplyOptions options, RequestIdGenerator requestIds, ReplicatedState state)
    {
        _options = options;
        _requestIds = requestIds;
        _state = state;
        _lessor = new Lessor(state.Leases, options.Lessor);
        _confState = ConfStateOf(state);
    }

    /// <summary>This member.</summary>
    public ulong MemberId => _options.MemberId;

    /// <summary>Sees each applied entry; null for nobody.</summary>
    public IApplyObserver? Observer { get; set; }

    /// <summary>Index of the last applied entry, committed to the engine or not.</summary>
    public ulong AppliedIndex => _state.AppliedIndex;

    /// <summary>Term of that entry.</summary>
    public ulong AppliedTerm => _state.AppliedTerm;

    /// <summary>Raft's configuration as of <see cref="AppliedIndex"/>.</summary>
    public ConfState ConfState => _confState;

    /// <summary>The newest committed view.</summary>
    public MvccView View => _state.View;

    /// <summary>Members as of the last commit.</summary>
    public ClusterMembership Membership => _state.Members.Published;

    /// <summary>Alarms as of the last commit.</summary>
    public IReadOnlyList<AlarmMember> Alarms => _state.Alarms.Published;

    /// <summary>True when entries were applied since the last commit.</summary>
    public bool HasUncommitted => _uncommitted;

    /// <summary>True when a compaction has rows to remove.</summary>
    public bool HasCompactionWork => _state.HasCompactionWork;

    /// <summary>True when the next step of the compaction goes through the index, not through rows.</summary>
    public bool IsCompactingIndex => _state.IsCompactingIndex;

    /// <summary>Applies committed entries. Nothing is visible before <see cref="Commit"/>.</summary>
    /// <param name="entries">Ascending by one, the first one above <see cref="AppliedIndex"/> or below it.</param>
    /// <param name="nowMilliseconds">Monotonic time, never going back.</param>
    /// <param name="output">Added to.</param>
    public void Apply(EntryList entries, long nowMilliseconds, ApplyOutput output)
    {
        foreach (ref readonly Entry entry in entries.Span)
        {
            ApplyResult result = entry.Type == EntryType.Normal
                ? ApplyNormal(entry, nowMilliseconds, output)
                : ApplyConfChange(entry, output);
            _uncommitted = true;
            Observer?.OnApplied(entry, result);
            if (result.RequestId != 0 && !result.Skipped)
            {
                output.Completions.Add(result);
                if (_revocations.Remove(result.RequestId) && result.Error is null)
                {
                    output.ExpiredLeases++;
                }
            }

            output.QuotaExceeded |= result.QuotaExceeded;
        }
    }

    /// <summary>Writes everything applied since the last commit in one engine batch and publishes it.</summary>
    public void Commit(long nowMilliseconds, ApplyOutput output)
    {
        if (_state.Commit() is { } events)
        {
            output.Events.Add(events);
        }

        _uncommitted = false;
        _lessor.AfterApply(nowMilliseconds);
    }

    /// <summary>A MsgSnap to the same member that stands for the state as of the last commit.</summary>
    public Message CompleteSnapshot(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new Message
        {
            Type = MessageType.Snapshot,
            To = message.To,
            From = message.From,
            Term = message.Term,
            Snapshot = new Snapshot(
                ReadOnlyMemory<byte>.Empty, new SnapshotMetadata(_confState, AppliedIndex, AppliedTerm)),
        };
    }

    /// <summary>Releases the state's batches; views stay readable as long as the engine does.</summary>
    public void Dispose() => _state.Dispose();

    /// <summary>Sets raft's configuration of a state that was received as a whole, and commits it: the state may
    /// hold an unfinished compaction, whose steps come between commits.</summary>
    public void SetConfState(ConfState state)
    {
        _confState = state;
        _state.SetConfState(ConfStateMath.ToProto(state));
        _state.Commit();
    }

    /// <summary>What part of a batch, which a pause belongs to, one step of a compaction is: up to 1.</summary>
    public double CompactionStepShare => (double)CompactionStepKeys / _options.CompactionBatchLimit;

    private int CompactionStepKeys => Math.Min(_options.CompactionBatchLimit, MostSliceKeys);

    /// <summary>One slice of a batch of the oldest physical compaction. Only without uncommitted entries.</summary>
    /// <returns>True when more is to do.</returns>
    public bool StepCompaction() => _state.StepCompaction(CompactionStepKeys);

    private ApplyResult ApplyNormal(in Entry entry, long nowMilliseconds, ApplyOutput output)
    {
        ApplyResult result = _state.Apply(
            new CommittedEntry(CommittedEntryKind.Normal, entry.Term, entry.Index, entry.Data));
        if (entry.Data.IsEmpty && entry.Term == _leaderTerm)
        {
            // The entry by which this leader opened its term: everything of earlier terms is applied, so the
            // leases are complete (etcd applyEntryNormal).
            _lessor.Promote(nowMilliseconds, _options.LeaseExtensionMilliseconds);
            output.FirstCommitInTerm = true;
        }

        return result;
    }

    private ApplyResult ApplyConfChange(in Entry entry, ApplyOutput output)
    {
        if (entry.Type != EntryType.ConfChange
            || !RaftMessageCodec.TryDecodeConfChange(entry.Data, out ConfChange? change))
        {
            throw new InvalidDataException(
                $"entry {entry.Index} of term {entry.Term} and type {entry.Type} is no membership change of etcd's");
        }

        ApplyResult result = _state.ApplyConfChange(
            entry.Index, entry.Term, Raftpb.ConfChange.Parser.ParseFrom(entry.Data.Span));
        if (!result.ConfChangeAccepted)
        {
            return result;
        }

        // TryDecode returned true, so there is a change.
        _confState = ConfStateMath.Apply(_confState, change!);
        _state.SetConfState(ConfStateMath.ToProto(_confState));
        output.ConfChanges.Add(new AppliedConfChange(entry.Index, change!.AsV2()));
        output.RemovedSelf |= change.Type == ConfChangeType.RemoveNode && change.NodeId == _options.MemberId;
        return result;
    }

    /// <summary>Raft's configuration as of a state's applied index.</summary>
    internal static ConfState ConfStateOf(ReplicatedState state)
    {
        if (state.AppliedIndex == 0)
        {
            return ConfState.Empty;
        }

        if (state.ConfState is { } stored)
        {
            return ConfStateMath.FromProto(stored);
        }

        // A state that an older release wrote has no configuration of its own: the members are it.
        IReadOnlyList<ClusterMember> members = state.Members.Current.Members;
        return new ConfState
        {
            Voters = [.. members.Where(static member => !member.IsLearner).Select(static member => member.Id)],
            Learners = [.. members.Where(static member => member.IsLearner).Select(static member => member.Id)],
        };
    }
}
