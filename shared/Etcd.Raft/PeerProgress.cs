namespace Etcd.Raft;

/// <summary>What the leader knows of one member's log. Immutable copy.</summary>
/// <param name="Id">The member.</param>
/// <param name="Match">Highest index known to be durable there.</param>
/// <param name="Next">Next index to send; above <paramref name="Match"/>.</param>
/// <param name="State">How it is replicated to.</param>
/// <param name="RecentActive">Heard from since the last quorum check.</param>
/// <param name="IsLearner">Has no vote.</param>
/// <param name="IsPaused">No more entries are sent until it answers.</param>
/// <param name="PendingSnapshot">Index of the snapshot on its way; 0 for none.</param>
/// <param name="InflightCount">Number of unanswered appends with entries.</param>
/// <param name="IsInflightFull">The limit on unanswered appends is reached.</param>
public readonly record struct PeerProgress(
    ulong Id,
    ulong Match,
    ulong Next,
    ProgressState State,
    bool RecentActive,
    bool IsLearner,
    bool IsPaused,
    ulong PendingSnapshot,
    int InflightCount,
    bool IsInflightFull)
{
    /// <inheritdoc/>
    public override string ToString() => Describe.Of(this);
}
