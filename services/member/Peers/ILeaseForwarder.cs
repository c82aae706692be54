using Etcd.Node;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Peers;

/// <summary>
/// Lease questions that only the leader can answer, asked from any member: answered here when this member leads,
/// else by the leader's peer port (etcd's <c>EtcdServer.LeaseRenew</c>, <c>LeaseTimeToLive</c>). Thread-safe.
/// </summary>
internal interface ILeaseForwarder
{
    /// <summary>
    /// Renews a lease. Errors: <see cref="EtcdErrors.LeaseNotFound"/>, <see cref="EtcdErrors.NoLeader"/> when no
    /// leader appears in time, <see cref="EtcdErrors.Timeout"/>, <see cref="EtcdErrors.ContextCanceled"/>.
    /// </summary>
    ValueTask<LeaseRenewal> RenewAsync(long leaseId, CancellationToken cancellationToken);

    /// <summary>What the leader knows of a lease; errors as for <see cref="RenewAsync"/>.</summary>
    ValueTask<(LeaseStatus? Status, EtcdError? Error)> TimeToLiveAsync(
        long leaseId, bool withKeys, CancellationToken cancellationToken);
}
