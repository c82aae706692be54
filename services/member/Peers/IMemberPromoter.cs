using Etcd.Node;

namespace Etcd.Member.Peers;

/// <summary>
/// Promotes a learner from any member: here when this member leads, else by the leader's peer port (etcd's
/// <c>EtcdServer.PromoteMember</c>). Thread-safe.
/// </summary>
internal interface IMemberPromoter
{
    /// <summary>Gives a learner its vote; errors are those of the leader.</summary>
    ValueTask<MemberChangeResult> PromoteAsync(ulong memberId, CancellationToken cancellationToken);
}
