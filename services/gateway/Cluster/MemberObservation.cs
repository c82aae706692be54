namespace Etcd.Gateway.Cluster;

/// <summary>What a member said of itself and its cluster. Immutable.</summary>
/// <param name="Reach">How it answered.</param>
/// <param name="MemberId">Its id; 0 while it never answered.</param>
/// <param name="ClusterId">Its cluster's id; 0 when it did not say.</param>
/// <param name="LeaderId">Whom it follows or itself; 0 for nobody.</param>
/// <param name="Term">Its raft term; 0 when it did not say.</param>
/// <param name="IsLearner">Whether it has no vote; learners serve almost nothing.</param>
internal readonly record struct MemberObservation(
    MemberReach Reach,
    ulong MemberId,
    ulong ClusterId,
    ulong LeaderId,
    ulong Term,
    bool IsLearner)
{
    /// <summary>Whether it answered.</summary>
    public bool IsReachable => Reach == MemberReach.Reachable;
}
