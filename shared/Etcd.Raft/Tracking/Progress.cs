namespace Etcd.Raft;

/// <summary>
/// What the leader knows of one member's log, and how it sends to it. Mirrors etcd's <c>tracker.Progress</c>.
/// </summary>
/// <remarks>
/// <code>
/// Probe      unknown log: one append per heartbeat, Next is a guess
/// Replicate  pipelined: Next runs ahead of Match
/// Snapshot   entries are compacted away: nothing is sent until the snapshot's end is known
/// </code>
/// Always <c>Match &lt; Next</c>.
/// </remarks>
internal sealed class Progress
{
    // Highest commit index in flight to the member; may go back when messages were lost.
    private ulong _sentCommit;

    public Progress(ulong id, ulong match, ulong next, Inflights inflights, bool isLearner, bool recentActive)
    {
        Id = id;
        Match = match;
        Next = next;
        Inflights = inflights;
        IsLearner = isLearner;
        RecentActive = recentActive;
    }

    public ulong Id { get; }

    /// <summary>Highest index known to be durable on the member.</summary>
    public ulong Match { get; private set; }

    /// <summary>Next index to send.</summary>
    public ulong Next { get; private set; }

    public ProgressState State { get; private set; }

    /// <summary>Index of the snapshot on its way; 0 for none.</summary>
    public ulong PendingSnapshot { get; set; }

    /// <summary>Heard from since the last quorum check; always true for the leader itself.</summary>
    public bool RecentActive { get; set; }

    /// <summary>Set after a probe or with a full window; cleared by an answer, also to a heartbeat.</summary>
    public bool FlowPaused { get; set; }

    public bool IsLearner { get; set; }

    public Inflights Inflights { get; }

    /// <summary>No append may be sent now.</summary>
    public bool IsPaused => State == ProgressState.Snapshot || FlowPaused;

    /// <summary>A copy for another configuration; shares the window, as only one of the two stays in use.</summary>
    public Progress Clone() => new(Id, Match, Next, Inflights, IsLearner, RecentActive)
    {
        State = State,
        PendingSnapshot = PendingSnapshot,
        FlowPaused = FlowPaused,
        _sentCommit = _sentCommit,
    };

    /// <summary>Back to knowing nothing, at the start of a term.</summary>
    public void Reset(ulong match, ulong next)
    {
        Match = match;
        Next = next;
        RecentActive = false;
        _sentCommit = 0;
        Enter(ProgressState.Probe);
    }

    public void BecomeProbe()
    {
        // After a snapshot that was delivered the probe starts behind it.
        ulong pending = State == ProgressState.Snapshot ? PendingSnapshot : 0;
        Enter(ProgressState.Probe);
        Next = Math.Max(Match, pending) + 1;
        _sentCommit = Math.Min(_sentCommit, Next - 1);
    }

    public void BecomeReplicate()
    {
        Enter(ProgressState.Replicate);
        Next = Match + 1;
    }

    public void BecomeSnapshot(ulong snapshotIndex)
    {
        Enter(ProgressState.Snapshot);
        PendingSnapshot = snapshotIndex;
        Next = snapshotIndex + 1;
        _sentCommit = snapshotIndex;
    }

    /// <summary>Accounts for an append with that many entries just sent.</summary>
    public void SentEntries(int count, ulong payloadBytes)
    {
        switch (State)
        {
            case ProgressState.Replicate:
                if (count > 0)
                {
                    Next += (ulong)count;
                    Inflights.Add(Next - 1, payloadBytes);
                }

                // A message that fills the window, or goes out over a full one, counts as a probe.
                FlowPaused = Inflights.IsFull;
                break;
            case ProgressState.Probe:
                FlowPaused |= count > 0;
                break;
            default:
                throw new RaftInvariantException($"append sent to {Id:x} in state {State}");
        }
    }

    public void SentCommit(ulong commit) => _sentCommit = commit;

    /// <summary>True when sending this commit index may advance the member's.</summary>
    public bool CanBumpCommit(ulong commit) => commit > _sentCommit && _sentCommit < Next - 1;

    /// <summary>Takes an acknowledgement up to <paramref name="index"/>; false when it is old.</summary>
    public bool MaybeUpdate(ulong index)
    {
        if (index <= Match)
        {
            return false;
        }

        Match = index;
        Next = Math.Max(Next, index + 1);
        FlowPaused = false;
        return true;
    }

    /// <summary>Takes a rejection; false when it is old.</summary>
    /// <param name="rejected">Index just before the entries of the rejected append.</param>
    /// <param name="matchHint">Where the logs may agree.</param>
    public bool MaybeDecrease(ulong rejected, ulong matchHint)
    {
        if (State == ProgressState.Replicate)
        {
            if (rejected <= Match)
            {
                return false;
            }

            Next = Match + 1;
            _sentCommit = Math.Min(_sentCommit, Next - 1);
            return true;
        }

        // Probes go one at a time, so any other index is an answer that was overtaken.
        if (Next - 1 != rejected)
        {
            return false;
        }

        Next = Math.Max(Math.Min(rejected, matchHint + 1), Match + 1);
        _sentCommit = Math.Min(_sentCommit, Next - 1);
        FlowPaused = false;
        return true;
    }

    public PeerProgress ToPublic() => new(
        Id, Match, Next, State, RecentActive, IsLearner, IsPaused, PendingSnapshot, Inflights.Count, Inflights.IsFull);

    public override string ToString() => Describe.Of(ToPublic());

    private void Enter(ProgressState state)
    {
        FlowPaused = false;
        PendingSnapshot = 0;
        State = state;
        Inflights.Clear();
    }
}
