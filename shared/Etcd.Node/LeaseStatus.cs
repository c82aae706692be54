namespace Etcd.Node;

/// <summary>A lease as its leader sees it.</summary>
/// <param name="Id">Lease id.</param>
/// <param name="RemainingSeconds">Whole seconds left; -1 when the lease is unknown or expired.</param>
/// <param name="GrantedSeconds">TTL that was granted; 0 when the lease is unknown.</param>
/// <param name="Keys">Attached keys, in no order; empty unless asked for.</param>
public sealed record LeaseStatus(
    long Id,
    long RemainingSeconds,
    long GrantedSeconds,
    IReadOnlyList<ReadOnlyMemory<byte>> Keys);
