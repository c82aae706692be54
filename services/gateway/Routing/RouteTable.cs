using System.Collections.Frozen;

namespace Etcd.Gateway.Routing;

/// <summary>Routes of etcd's gRPC methods and of the JSON gateway's paths. Immutable.</summary>
/// <remarks>
/// A watch is served by any member: each applies the same log, so the events are the same, and a watch on a follower
/// does not even notice that the leader is gone. A watch whose member is lost ends with Unavailable, on which clients
/// resume from their next revision, through the gateway at another member.
/// </remarks>
internal sealed class RouteTable
{
    private static readonly RoutePlan LeaderCall = new(RouteTarget.Leader, IsStream: false);
    private static readonly RoutePlan LeaderStream = new(RouteTarget.Leader, IsStream: true);

    // Members rewrite the first to the second for clients of releases before 3.4.
    private const string OldPrefix = "/v3beta/";
    private const string Prefix = "/v3/";

    private readonly FrozenDictionary<string, RoutePlan> _routes;

    public RouteTable(bool spreadWatches)
    {
        _routes = new Dictionary<string, RoutePlan>(StringComparer.Ordinal)
        {
            ["/etcdserverpb.KV/Range"] = new(RouteTarget.ByRange, IsStream: false),
            ["/etcdserverpb.KV/RangeStream"] = new(RouteTarget.ByRange, IsStream: false),
            ["/etcdserverpb.Watch/Watch"] = spreadWatches ? new(RouteTarget.AnyMember, IsStream: true) : LeaderStream,
            ["/etcdserverpb.Maintenance/Snapshot"] = new(RouteTarget.AnyMember, IsStream: true),
            ["/etcdserverpb.Lease/LeaseKeepAlive"] = LeaderStream,
            ["/v3lockpb.Lock/Lock"] = LeaderStream,
            ["/v3electionpb.Election/Campaign"] = LeaderStream,
            ["/v3electionpb.Election/Observe"] = LeaderStream,
            ["/grpc.health.v1.Health/Watch"] = LeaderStream,
            ["/v3/watch"] = LeaderStream,
            ["/v3/maintenance/snapshot"] = LeaderStream,
            ["/v3/lease/keepalive"] = LeaderStream,
            ["/v3/lock/lock"] = LeaderStream,
            ["/v3/election/campaign"] = LeaderStream,
            ["/v3/election/observe"] = LeaderStream,
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The route of a path; what needs nothing special is a call for the leader.</summary>
    public RoutePlan Of(string path) => _routes.GetValueOrDefault(
        path.StartsWith(OldPrefix, StringComparison.Ordinal) ? Prefix + path[OldPrefix.Length..] : path, LeaderCall);
}
