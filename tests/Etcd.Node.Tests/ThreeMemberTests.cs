using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Tests;

public sealed class ThreeMemberTests
{
    [Fact]
    public async Task Heartbeats_leave_by_the_thread_that_ticks()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Network.Drop = message =>
        {
            if (message.Type == MessageType.Heartbeat && Thread.CurrentThread.Name == "etcd-tick")
            {
                sent.TrySetResult();
            }

            return false;
        };

        await sent.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Put_through_any_member_is_read_through_any_other()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Null((await cluster[i].PutAsync($"k{i}", $"v{i}")).Error);
            for (int reader = 0; reader < 3; reader++)
            {
                Assert.Equal($"v{i}", await cluster[reader].ReadAsync($"k{i}"));
            }
        }
    }

    [Fact]
    public async Task Lost_leader_is_replaced_and_no_acknowledged_put_is_lost()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        Assert.Null((await leader.PutAsync("a", "1")).Error);
        await leader.CrashAsync();
        TestMember next = await cluster.LeaderAsync();
        Assert.NotEqual(leader.Id, next.Id);
        Assert.Equal("1", await next.ReadAsync("a"));
        Assert.Null((await next.PutAsync("b", "2")).Error);
        await leader.StartAsync();
        await cluster.LeaderAsync();
        Assert.Equal("2", await leader.ReadAsync("b"));
    }

    [Fact]
    public async Task Minority_times_out_and_majority_goes_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        Assert.Null((await leader.PutAsync("a", "1")).Error);
        cluster.Network.Isolate(leader.Id);
        Task<ApplyResult> lost = leader.PutAsync("b", "lost");
        Task<EtcdError?> read = leader.Node.LinearizableReadAsync();
        TestMember other = cluster.Members.First(member => member.Id != leader.Id);
        await other.WaitAsync(
            "another leader", node => node.LeaderId != 0 && node.LeaderId != leader.Id);
        Assert.Null((await other.PutAsync("c", "3")).Error);
        await leader.WaitAsync("step down", node => !node.IsLeader);
        EtcdError? error = (await lost.WaitAsync(TimeSpan.FromSeconds(20))).Error;
        Assert.Equal(EtcdErrors.Timeout, error);
        Assert.Equal(EtcdErrors.Timeout, await read.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(
            EtcdErrors.ContextDeadlineExceeded, (await leader.PutAsync("d", "4")).Error);
        cluster.Network.Rejoin(leader.Id);
        await leader.WaitAsync("rejoin", node => node.LeaderId != 0);
        Assert.Equal("3", await leader.ReadAsync("c"));
        Assert.Null(leader.Get("b"));
    }

    [Fact]
    public async Task Leadership_moves_to_the_chosen_member()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        Assert.Null((await leader.PutAsync("a", "1")).Error);
        TestMember target = cluster.Members.First(member => member.Id != leader.Id);
        Assert.Equal(EtcdErrors.NotLeader, await target.Node.MoveLeaderAsync(leader.Id, CancellationToken.None));
        Assert.Equal(
            EtcdErrors.BadLeaderTransferee, await leader.Node.MoveLeaderAsync(0xdead, CancellationToken.None));
        Assert.Null(await leader.Node.MoveLeaderAsync(target.Id, CancellationToken.None));
        await target.WaitAsync("lead", node => node.IsLeader);
    }

    [Fact]
    public async Task Every_member_restarts_in_turn_under_load()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        Dictionary<string, string> acknowledged = [];
        for (int round = 0; round < 3; round++)
        {
            TestMember victim = cluster[round];
            TestMember writer = cluster[(round + 1) % 3];
            Task<Dictionary<string, string>> writing = WriteAsync(writer, $"r{round}", 40);
            await victim.CrashAsync(unflushed => unflushed / 2);
            await victim.StartAsync();
            foreach ((string key, string value) in await writing)
            {
                acknowledged[key] = value;
            }
        }

        await cluster.LeaderAsync();
        foreach (TestMember member in cluster.Members)
        {
            await member.ReadAsync("r0-0");
            foreach ((string key, string value) in acknowledged)
            {
                Assert.Equal(value, member.Get(key));
            }
        }

        Assert.NotEmpty(acknowledged);
    }

    [Fact]
    public async Task All_members_hold_the_same_hash_after_the_same_history()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        await Task.WhenAll(cluster.Members.Select(member => WriteAsync(member, $"m{member.Id}", 50)));
        long revision = cluster[0].Node.View.Revision;
        List<uint> hashes = [];
        foreach (TestMember member in cluster.Members)
        {
            await member.ReadAsync("x");
            (var result, EtcdError? error) = await member.Node.HashKvAsync(revision, CancellationToken.None);
            Assert.Null(error);
            hashes.Add(result.Hash);
        }

        Assert.Single(hashes.Distinct());
    }

    private static async Task<Dictionary<string, string>> WriteAsync(TestMember member, string prefix, int count)
    {
        Dictionary<string, string> acknowledged = [];
        for (int i = 0; i < count; i++)
        {
            string key = $"{prefix}-{i}";
            if ((await member.PutAsync(key, $"v{i}")).Error is null)
            {
                acknowledged[key] = $"v{i}";
            }
        }

        return acknowledged;
    }
}
