using System.Diagnostics;
using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>What goes on when the leader is killed.</summary>
public sealed class FailoverTableTests(ClusterPair pair) : IClassFixture<ClusterPair>
{
    [Fact]
    public Task W28_L13_watch_and_lease_outlive_the_leader() => pair.BothAsync(async cluster =>
    {
        var leader = await cluster.LeaderAsync(ClusterPair.Limit);
        var survivor = cluster.Members.First(member => member != leader);
        var lived = Stopwatch.StartNew();
        await ClusterPair.CallAsync(() => survivor.Lease.LeaseGrantAsync(Grant(13, 600), deadline: Deadline()));
        await ClusterPair.CallAsync(() => survivor.Kv.PutAsync(Put("L13", "v", lease: 13), deadline: Deadline()));
        using var watch = survivor.Watch.Watch(deadline: Deadline());
        await watch.RequestStream.WriteAsync(Watch("W28"));
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        await PutAsync(survivor, 0, 10);
        await UntilTimeToLiveAsync(survivor, seconds => seconds <= 597);

        await leader.Process.KillAsync();
        await PutAsync(survivor, 10, 20);
        var seen = new List<string>();
        while (seen.Count == 0 || seen[^1] != "v19")
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
            seen.AddRange(watch.ResponseStream.Current.Events.Select(change => change.Kv.Value.ToStringUtf8()));
        }

        // A put whose answer was lost may have been repeated: its value comes twice then, never out of order.
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"v{number}"), seen.Distinct());
        Assert.Equal(seen.OrderBy(value => int.Parse(value[1..])), seen);

        // The new leader counts the lease from its election on: three seconds were lost and came back.
        await UntilTimeToLiveAsync(survivor, seconds => seconds + lived.Elapsed.TotalSeconds > 602);
        Assert.Equal(1, (await ClusterPair.CallAsync(
            () => survivor.Kv.RangeAsync(Range("L13"), deadline: Deadline()))).Count);
    });

    private static async Task PutAsync(Cluster.Member member, int from, int to)
    {
        for (int number = from; number < to; number++)
        {
            await ClusterPair.CallAsync(() => member.Kv.PutAsync(Put("W28", $"v{number}"), deadline: Deadline()));
        }
    }

    private static async Task UntilTimeToLiveAsync(Cluster.Member member, Func<long, bool> holds)
    {
        var waited = Stopwatch.StartNew();
        long last = 0;
        while (waited.Elapsed < ClusterPair.Limit)
        {
            last = (await ClusterPair.CallAsync(
                () => member.Lease.LeaseTimeToLiveAsync(TimeToLive(13), deadline: Deadline()))).TTL;
            if (holds(last))
            {
                return;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"phase: waiting for a lease's time; actual: {last}");
    }

    private static DateTime Deadline() => DateTime.UtcNow + ClusterPair.Limit;
}
