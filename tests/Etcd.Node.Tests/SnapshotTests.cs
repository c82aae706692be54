using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;

namespace Etcd.Node.Tests;

public sealed class SnapshotTests
{
    // More than a leader keeps for a follower that is away.
    private const int Missed = 300;

    [Fact]
    public async Task Member_far_behind_receives_the_state_as_a_whole()
    {
        (TestCluster cluster, MemorySnapshotTransfer transfer) = await TestCluster.StartWithSnapshotsAsync(3, catchUpEntries: 1);
        await using TestCluster disposed = cluster;
        TestMember leader = await cluster.LeaderAsync();
        TestMember behind = cluster.Members.First(member => member.Id != leader.Id);
        await LeaveBehindAsync(cluster, leader, behind);
        transfer.Replaced = behind.UseEngine;
        cluster.Network.Rejoin(behind.Id);
        await behind.WaitAsync("receive", _ => behind.Get($"k{Missed - 1}") == $"v{Missed - 1}");
        Assert.True(transfer.Installed > 0, "the log was enough");
        await AssertSameHashAsync(leader, behind);
        Assert.Null((await behind.PutAsync("after", "1")).Error);
        await AssertSameHashAsync(leader, behind);
    }

    [Fact]
    public async Task Member_that_crashes_right_after_the_state_arrived_starts_from_it()
    {
        (TestCluster cluster, MemorySnapshotTransfer transfer) = await TestCluster.StartWithSnapshotsAsync(3, catchUpEntries: 1);
        await using TestCluster disposed = cluster;
        TestMember leader = await cluster.LeaderAsync();
        TestMember behind = cluster.Members.First(member => member.Id != leader.Id);
        await LeaveBehindAsync(cluster, leader, behind);
        using ManualResetEventSlim crashed = new();
        TaskCompletionSource replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        transfer.Replaced = engine =>
        {
            // The engine has the state, the log does not know of it yet.
            behind.UseEngine(engine);
            behind.Log.BeforeSync = () => crashed.Wait(TimeSpan.FromSeconds(20));
            replaced.TrySetResult();
        };
        cluster.Network.Rejoin(behind.Id);
        await replaced.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Task crash = behind.CrashAsync();
        crashed.Set();
        await crash;
        transfer.Replaced = null;
        await behind.StartAsync();
        await behind.WaitAsync("catch up", _ => behind.Get($"k{Missed - 1}") == $"v{Missed - 1}");
        Assert.Null((await behind.PutAsync("after", "1")).Error);
        await AssertSameHashAsync(leader, behind);
    }

    [Fact]
    public async Task Without_a_way_to_send_states_the_log_waits_for_a_follower()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, overrides => overrides with { CatchUpEntries = 10 });
        TestMember leader = await cluster.LeaderAsync();
        for (int i = 0; i < 100; i++)
        {
            Assert.Null((await leader.PutAsync($"k{i}", $"v{i}")).Error);
        }

        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync("replicate", _ => member.Get("k99") == "v99");
        }
    }

    private static async Task LeaveBehindAsync(TestCluster cluster, TestMember leader, TestMember behind)
    {
        Assert.Null((await leader.PutAsync("first", "1")).Error);
        await behind.WaitAsync("first put", _ => behind.Get("first") == "1");
        cluster.Network.Isolate(behind.Id);
        for (int i = 0; i < Missed; i++)
        {
            Assert.Null((await leader.PutAsync($"k{i}", $"v{i}")).Error);
        }
    }

    private static async Task AssertSameHashAsync(TestMember one, TestMember other)
    {
        await one.ReadAsync("k");
        await other.ReadAsync("k");
        long revision = Math.Min(one.Node.View.Revision, other.Node.View.Revision);
        (HashKvResult first, EtcdError? error) = await one.Node.HashKvAsync(revision, CancellationToken.None);
        (HashKvResult second, EtcdError? otherError) = await other.Node.HashKvAsync(revision, CancellationToken.None);
        Assert.Null(error);
        Assert.Null(otherError);
        Assert.Equal(first.Hash, second.Hash);
    }
}
