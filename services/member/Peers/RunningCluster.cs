using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

/// <summary>A cluster as one of its members describes it. Immutable.</summary>
/// <param name="ClusterId">Its id.</param>
/// <param name="Members">Its members.</param>
internal sealed record RunningCluster(ulong ClusterId, IReadOnlyList<ClusterMember> Members);
