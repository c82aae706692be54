using Etcd.Node;

namespace Etcd.Member.Grpc;

/// <summary>Asks the leader to promote a learner: etcd's <c>POST /members/promote/{id}</c> on the peer port.</summary>
internal interface IPromotionForwarder
{
    /// <summary>
    /// One attempt. <see cref="Etcd.Protocol.Errors.EtcdErrors.NotLeader"/> and Unavailable errors make the edge try
    /// again; all others are the leader's answer.
    /// </summary>
    /// <param name="leaderId">The leader as this member knows it.</param>
    /// <param name="memberId">The learner.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    ValueTask<MemberChangeResult> PromoteAsync(
        ulong leaderId, ulong memberId, CancellationToken cancellationToken);
}
