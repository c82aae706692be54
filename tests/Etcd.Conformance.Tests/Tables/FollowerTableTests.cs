using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>What a follower serves while all members run.</summary>
public sealed class FollowerTableTests(ClusterPair pair) : IClassFixture<ClusterPair>
{
    [Fact]
    public Task R21_read_at_a_follower_sees_what_another_member_acknowledged() => pair.BothAsync(async cluster =>
    {
        for (int number = 0; number < 60; number++)
        {
            var writer = cluster.Members[number % 3];
            var reader = cluster.Members[(number + 1) % 3];
            await ClusterPair.CallAsync(() => writer.Kv.PutAsync(Put("R21", $"v{number}"), deadline: Deadline()));
            var range = await ClusterPair.CallAsync(() => reader.Kv.RangeAsync(Range("R21"), deadline: Deadline()));
            Assert.Equal($"v{number}", range.Kvs[0].Value.ToStringUtf8());
        }
    });

    [Fact]
    public Task L12_follower_renews_and_tells_the_time_of_leases() => pair.BothAsync(async cluster =>
    {
        var leader = await cluster.LeaderAsync(ClusterPair.Limit);
        await ClusterPair.CallAsync(() => leader.Lease.LeaseGrantAsync(Grant(12, 3600), deadline: Deadline()));
        await ClusterPair.CallAsync(() => leader.Kv.PutAsync(Put("L12", "v", lease: 12), deadline: Deadline()));
        foreach (var follower in cluster.Members.Where(member => member != leader))
        {
            var time = await ClusterPair.CallAsync(
                () => follower.Lease.LeaseTimeToLiveAsync(TimeToLive(12, keys: true), deadline: Deadline()));
            Assert.InRange(time.TTL, 3500, 3600);
            Assert.Equal((3600, "L12"), (time.GrantedTTL, time.Keys.Single().ToStringUtf8()));
            Assert.Equal(-1, (await ClusterPair.CallAsync(
                () => follower.Lease.LeaseTimeToLiveAsync(TimeToLive(13), deadline: Deadline()))).TTL);
            using var call = follower.Lease.LeaseKeepAlive(deadline: Deadline());
            foreach (var (id, ttl) in (List<(long, long)>)[(12, 3600), (13, 0)])
            {
                await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = id });
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
                Assert.Equal((id, ttl), (call.ResponseStream.Current.ID, call.ResponseStream.Current.TTL));
            }
        }
    });

    [Fact]
    public Task W27_watch_at_a_follower_delivers_what_the_leader_wrote() => pair.BothAsync(async cluster =>
    {
        var leader = await cluster.LeaderAsync(ClusterPair.Limit);
        var follower = cluster.Members.First(member => member != leader);
        using var watch = follower.Watch.Watch(deadline: Deadline());
        await watch.RequestStream.WriteAsync(Watch("W27"));
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        var revisions = new List<long>();
        for (int number = 0; number < 20; number++)
        {
            revisions.Add((await ClusterPair.CallAsync(
                () => leader.Kv.PutAsync(Put("W27", $"v{number}"), deadline: Deadline()))).Header.Revision);
        }

        var seen = new List<long>();
        while (seen.Count == 0 || seen[^1] < revisions[^1])
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
            seen.AddRange(watch.ResponseStream.Current.Events.Select(change => change.Kv.ModRevision));
        }

        // A put whose answer was lost and that was repeated has an event of its own.
        Assert.Equal(revisions, seen.Intersect(revisions));
        Assert.Equal(seen.Order(), seen);
    });

    private static DateTime Deadline() => DateTime.UtcNow + ClusterPair.Limit;
}
