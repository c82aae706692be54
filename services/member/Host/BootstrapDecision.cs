using Etcd.StateMachine.Membership;

namespace Etcd.Member.Host;

/// <summary>Who a member without a log is. Immutable.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="ClusterId">Its cluster's id.</param>
/// <param name="Members">All members of the cluster, itself included.</param>
/// <param name="IsJoining">True when the cluster runs already.</param>
internal sealed record BootstrapDecision(
    ulong MemberId, ulong ClusterId, IReadOnlyList<ClusterMember> Members, bool IsJoining);
