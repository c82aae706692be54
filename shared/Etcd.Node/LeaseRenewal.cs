using Etcd.Protocol.Errors;

namespace Etcd.Node;

/// <summary>The answer to a lease renewal.</summary>
/// <param name="TtlSeconds">The full TTL that the lease has again; 0 when it is unknown or expired.</param>
/// <param name="Error">Null when the leader decided; <see cref="EtcdErrors.NotLeader"/> when this member does not
/// lead, so that the caller forwards the request to <see cref="MemberNode.LeaderId"/>;
/// <see cref="EtcdErrors.LeaseNotFound"/> for an unknown lease; a timeout when leadership could not be confirmed.
/// </param>
public readonly record struct LeaseRenewal(long TtlSeconds, EtcdError? Error);
