using Etcd.Node;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Grpc;

/// <summary>For a host without peers: nobody else can lead, so there is nobody to ask.</summary>
internal sealed class NoForwarder : ILeaseForwarder, IPromotionForwarder
{
    public ValueTask<LeaseRenewal> RenewAsync(
        ulong leaderId, long leaseId, CancellationToken cancellationToken) =>
        new(new LeaseRenewal(0, EtcdErrors.NoLeader));

    public ValueTask<(LeaseStatus? Status, EtcdError? Error)> TimeToLiveAsync(
        ulong leaderId, long leaseId, bool withKeys, CancellationToken cancellationToken) =>
        new((null, EtcdErrors.NoLeader));

    public ValueTask<MemberChangeResult> PromoteAsync(
        ulong leaderId, ulong memberId, CancellationToken cancellationToken) =>
        new(new MemberChangeResult(null, null, EtcdErrors.NoLeader));
}
