using Etcd.StateMachine;

namespace Etcd.Node.Apply;

/// <summary>
/// What came of applying entries. Filled by <see cref="ApplyCore"/>, cleared by its owner once handled; nothing in it
/// may be told to anybody before <see cref="ApplyCore.Commit"/> has returned.
/// </summary>
public sealed class ApplyOutput
{
    /// <summary>Answers by request id; ids of other members' requests included.</summary>
    public List<ApplyResult> Completions { get; } = [];

    /// <summary>Membership changes, to be reported to raft before the entries are reported as applied.</summary>
    public List<AppliedConfChange> ConfChanges { get; } = [];

    /// <summary>Events of the committed changes, one batch per commit; to the watch shards, in order.</summary>
    public List<EventBatch> Events { get; } = [];

    /// <summary>True when this member's engine is over its quota and the NOSPACE alarm must be raised.</summary>
    public bool QuotaExceeded { get; internal set; }

    /// <summary>True when the first entry of the term in which this member leads was applied: everything of earlier
    /// terms is (etcd <c>notifyAboutFirstCommitInTerm</c>).</summary>
    public bool FirstCommitInTerm { get; internal set; }

    /// <summary>True when a change removed this member.</summary>
    public bool RemovedSelf { get; internal set; }

    /// <summary>Expired leases whose revocation, proposed here, was applied.</summary>
    public int ExpiredLeases { get; internal set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Completions.Clear();
        ConfChanges.Clear();
        Events.Clear();
        QuotaExceeded = false;
        FirstCommitInTerm = false;
        RemovedSelf = false;
        ExpiredLeases = 0;
    }
}
