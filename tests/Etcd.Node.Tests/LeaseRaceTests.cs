using System.Diagnostics;
using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcdserverpb;

namespace Etcd.Node.Tests;

/// <summary>
/// Renewals on many threads against what the apply loop does to leases. A renewal that was answered holds for the full
/// time from its call; a lease that was reported as unknown stays so. Both bounds are lower ones: a slow machine makes
/// nothing fail.
/// </summary>
public sealed class LeaseRaceTests
{
    private const int TtlSeconds = 2;

    // The lessor counts whole milliseconds.
    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Renewal_that_races_with_puts_and_expiry_gives_the_full_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember leader = await cluster.LeaderAsync();
        using CancellationTokenSource stop = new(Duration);
        Task<int> puts = PutAsync(cluster, stop.Token);
        await RenewAsync(cluster, leases: 8, stop.Token);
        Assert.True(await puts > 0);
        Assert.True(leader.Node.Metrics.LeasesRenewed > 0);
    }

    [Fact]
    public async Task Renewal_that_races_with_changes_of_the_leader_gives_the_full_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        using CancellationTokenSource stop = new(Duration);
        Task<int> puts = PutAsync(cluster, stop.Token);
        Task moves = MoveLeaderAsync(cluster, stop.Token);
        await RenewAsync(cluster, leases: 4, stop.Token);
        Assert.True(await puts > 0);
        await moves;
    }

    /// <summary>Renews leases, the odd ones as fast as possible, the others about when they expire; at the end all
    /// expire.</summary>
    private static async Task RenewAsync(TestCluster cluster, int leases, CancellationToken stop)
    {
        List<Task> renewals = [];
        for (int i = 0; i < leases; i++)
        {
            string key = $"lease{i}";
            TimeSpan pause = i % 2 == 1 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1970 + (10 * i));
            renewals.Add(Task.Run(() => RenewAsync(cluster, key, pause, stop), CancellationToken.None));
        }

        await Task.WhenAll(renewals);
        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync(
                "expiry of all leases",
                _ => Enumerable.Range(0, leases).All(i => member.Get($"lease{i}") is null));
        }
    }

    private static async Task RenewAsync(TestCluster cluster, string key, TimeSpan pause, CancellationToken stop)
    {
        (long lease, long holdsSince) = await GrantAsync(cluster, key);
        bool isGone = false;
        while (!stop.IsCancellationRequested)
        {
            // A renewal may end at once: a loop of them must not keep a pool thread from everybody else.
            await Task.Yield();
            await Task.Delay(pause, CancellationToken.None);
            TestMember leader = await cluster.LeaderAsync();
            long began = Stopwatch.GetTimestamp();
            LeaseRenewal renewal = await leader.Node
                .RenewLeaseAsync(lease, CancellationToken.None)
                .AsTask()
                .WaitAsync(Limit, CancellationToken.None);
            if (renewal.Error is null)
            {
                Assert.False(isGone, $"{key}: a lease that was unknown is renewed");
                Assert.Equal(TtlSeconds, renewal.TtlSeconds);
                holdsSince = began;
            }
            else if (renewal.Error == EtcdErrors.LeaseNotFound)
            {
                TimeSpan held = Stopwatch.GetElapsedTime(holdsSince);
                Assert.True(
                    held >= TimeSpan.FromSeconds(TtlSeconds) - Granularity,
                    $"{key}: gone {held.TotalMilliseconds} ms after its renewal began");
                isGone = true;
            }
        }
    }

    private static async Task<(long Lease, long Began)> GrantAsync(TestCluster cluster, string key)
    {
        while (true)
        {
            TestMember leader = await cluster.LeaderAsync();
            long began = Stopwatch.GetTimestamp();
            ApplyResult result = await leader.Node
                .ProposeAsync(
                    new InternalRaftRequest { LeaseGrant = new LeaseGrantRequest { TTL = TtlSeconds } },
                    CancellationToken.None)
                .WaitAsync(Limit);
            if (result.Response is LeaseGrantResponse granted
                && (await leader.PutAsync(key, "held", granted.ID)).Error is null)
            {
                return (granted.ID, began);
            }
        }
    }

    /// <summary>Keeps the apply loops at work; the number of puts that were answered.</summary>
    private static async Task<int> PutAsync(TestCluster cluster, CancellationToken stop)
    {
        int answered = 0;
        while (!stop.IsCancellationRequested)
        {
            TestMember leader = await cluster.LeaderAsync();
            ApplyResult result = await leader.PutAsync("other", "value");
            answered += result.Error is null ? 1 : 0;
        }

        return answered;
    }

    private static async Task MoveLeaderAsync(TestCluster cluster, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            TestMember leader = await cluster.LeaderAsync();
            TestMember next = cluster.Members.First(member => member.Id != leader.Id);
            EtcdError? error = await leader.Node.MoveLeaderAsync(next.Id, CancellationToken.None);

            // Another leader meanwhile, or a follower too far behind: nothing that this test is about.
            Assert.True(error is null || error == EtcdErrors.NotLeader || error == EtcdErrors.TimeoutLeaderTransfer);
        }
    }
}
