namespace Etcd.Gateway.Routing;

/// <summary>Which member serves a request.</summary>
internal enum RouteTarget
{
    /// <summary>The leader: writes, linearizable reads, leases, everything that must be current.</summary>
    Leader,

    /// <summary>The leader, for a read only by its own content: see <see cref="RangeFrame"/>.</summary>
    ByRange,

    /// <summary>Any member with a vote; the least busy one.</summary>
    AnyMember,
}
