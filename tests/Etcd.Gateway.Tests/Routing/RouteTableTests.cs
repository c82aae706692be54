using Etcd.Gateway.Routing;

namespace Etcd.Gateway.Tests.Routing;

public sealed class RouteTableTests
{
    [Theory]
    [InlineData("/etcdserverpb.KV/Put", RouteTarget.Leader, false)]
    [InlineData("/etcdserverpb.KV/Txn", RouteTarget.Leader, false)]
    [InlineData("/etcdserverpb.KV/Range", RouteTarget.ByRange, false)]
    [InlineData("/etcdserverpb.Watch/Watch", RouteTarget.AnyMember, true)]
    [InlineData("/etcdserverpb.Lease/LeaseKeepAlive", RouteTarget.Leader, true)]
    [InlineData("/etcdserverpb.Lease/LeaseTimeToLive", RouteTarget.Leader, false)]
    [InlineData("/etcdserverpb.Maintenance/Snapshot", RouteTarget.AnyMember, true)]
    [InlineData("/etcdserverpb.Maintenance/Status", RouteTarget.Leader, false)]
    [InlineData("/v3lockpb.Lock/Lock", RouteTarget.Leader, true)]
    [InlineData("/v3electionpb.Election/Observe", RouteTarget.Leader, true)]
    [InlineData("/v3/kv/range", RouteTarget.Leader, false)]
    [InlineData("/v3/watch", RouteTarget.Leader, true)]
    [InlineData("/v3beta/watch", RouteTarget.Leader, true)]
    [InlineData("/unknown.Service/Method", RouteTarget.Leader, false)]
    public void Method_has_its_route(string path, object target, bool isStream)
    {
        Assert.Equal(new RoutePlan((RouteTarget)target, isStream), new RouteTable(spreadWatches: true).Of(path));
    }

    [Fact]
    public void Watches_can_be_kept_at_the_leader()
    {
        var route = new RouteTable(spreadWatches: false).Of("/etcdserverpb.Watch/Watch");

        Assert.Equal(new RoutePlan(RouteTarget.Leader, IsStream: true), route);
    }
}
