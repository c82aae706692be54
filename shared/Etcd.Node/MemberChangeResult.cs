using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;

namespace Etcd.Node;

/// <summary>The end of a membership change.</summary>
/// <param name="Members">All members after the change, ascending by id; null on an error.</param>
/// <param name="Member">The member added; null for other changes and on an error.</param>
/// <param name="Error">Why nothing was changed.</param>
public readonly record struct MemberChangeResult(
    IReadOnlyList<ClusterMember>? Members,
    ClusterMember? Member,
    EtcdError? Error);
