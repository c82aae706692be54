using Etcd.Node;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Grpc;

/// <summary>
/// Asks the leader about leases over the peer port: etcd's <c>POST /leases</c> (protobuf LeaseKeepAliveRequest and
/// Response) and <c>POST /leases/internal</c> (leasepb). Thread-safe.
/// </summary>
/// <remarks>
/// One attempt per call: the edge repeats. <see cref="EtcdErrors.LeaseNotFound"/> is the leader's last word, any other
/// error says that it was not reached or does not lead.
/// </remarks>
internal interface ILeaseForwarder
{
    /// <summary>Renews a lease.</summary>
    /// <param name="leaderId">The leader as this member knows it.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    ValueTask<LeaseRenewal> RenewAsync(ulong leaderId, long leaseId, CancellationToken cancellationToken);

    /// <summary>Reads a lease.</summary>
    /// <param name="leaderId">The leader as this member knows it.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="withKeys">Whether to list the attached keys.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    ValueTask<(LeaseStatus? Status, EtcdError? Error)> TimeToLiveAsync(
        ulong leaderId, long leaseId, bool withKeys, CancellationToken cancellationToken);
}
