using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;

namespace Etcd.Node.Tests;

public sealed class MembershipTests
{
    [Fact]
    public async Task Added_member_joins_catches_up_and_votes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember first = cluster[0];
        await first.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null((await first.PutAsync("a", "1")).Error);
        MemberChangeResult added = await first.Node.AddMemberAsync(
            ["http://127.0.0.1:2002"], isLearner: false, CancellationToken.None);
        Assert.Null(added.Error);
        Assert.Equal(2, added.Members!.Count);
        TestMember second = cluster.Join(added.Member!, new MemberOptionsOverrides());
        await second.StartAsync();
        await second.WaitAsync("catch up", _ => second.Get("a") == "1");
        await second.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(first.Node.ClusterId, second.Node.ClusterId);
        Assert.Null((await second.PutAsync("b", "2")).Error);
        Assert.Equal("2", await first.ReadAsync("b"));
    }

    [Fact]
    public async Task Learner_is_promoted_once_it_has_caught_up()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember first = cluster[0];
        await first.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        MemberChangeResult added = await first.Node.AddMemberAsync(
            ["http://127.0.0.1:2002"], isLearner: true, CancellationToken.None);
        Assert.Null(added.Error);
        Assert.Equal(
            EtcdErrors.LearnerNotReady,
            (await first.Node.PromoteMemberAsync(added.Member!.Id, CancellationToken.None)).Error);
        TestMember second = cluster.Join(added.Member, new MemberOptionsOverrides());
        await second.StartAsync();
        await second.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(second.Node.IsLearner);
        MemberChangeResult promoted = await first.Node.PromoteMemberAsync(added.Member.Id, CancellationToken.None);
        Assert.Null(promoted.Error);
        await second.WaitAsync("promotion", node => !node.IsLearner);
        Assert.Equal(
            EtcdErrors.MemberNotLearner,
            (await first.Node.PromoteMemberAsync(added.Member.Id, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Removed_leader_stops_and_the_others_go_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, overrides => overrides with { StrictReconfigCheck = false });
        TestMember leader = await cluster.LeaderAsync();
        foreach (TestMember member in cluster.Members)
        {
            await member.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        }

        TestMember other = cluster.Members.First(member => member.Id != leader.Id);
        MemberChangeResult removed = await other.Node.RemoveMemberAsync(leader.Id, CancellationToken.None);
        Assert.Null(removed.Error);
        await leader.Node.Stopped.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(leader.Node.RemovedFromCluster);
        await leader.StopAsync();
        await other.WaitAsync("new leader", node => node.LeaderId != 0 && node.LeaderId != leader.Id);
        Assert.Null((await other.PutAsync("a", "1")).Error);
        Assert.Equal(2, other.Node.Membership.Members.Count);
    }

    [Fact]
    public async Task Strict_check_refuses_changes_that_risk_the_quorum()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(
            EtcdErrors.NotEnoughStartedMembers,
            (await cluster[0].Node.RemoveMemberAsync(cluster[0].Id, CancellationToken.None)).Error);
        Assert.Equal(
            EtcdErrors.PeerUrlExists,
            (await cluster[0].Node.AddMemberAsync(
                cluster[0].Node.Membership.Members[0].PeerUrls, isLearner: true, CancellationToken.None)).Error);
        Assert.Equal(
            EtcdErrors.MemberNotFound,
            (await cluster[0].Node.UpdateMemberAsync(
                0xdead, ["http://127.0.0.1:2003"], CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Changes_that_come_together_at_all_members_are_made_one_after_another()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        foreach (TestMember member in cluster.Members)
        {
            await member.Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        }

        // Each proposer sends the next one the moment it is told of the last.
        MemberChangeResult[][] results = await Task.WhenAll(cluster.Members.Select(async (member, at) =>
        {
            List<MemberChangeResult> told = [];
            for (int port = 3000; port < 3100; port++)
            {
                told.Add(await member.Node.UpdateMemberAsync(
                    member.Id, [$"http://127.0.0.{at + 1}:{port}"], CancellationToken.None));
            }

            return told.ToArray();
        }));

        Assert.All(results.SelectMany(static told => told), static result => Assert.Null(result.Error));
        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync(
                "last change",
                node => node.Membership.Members.All(static one => one.PeerUrls[0].EndsWith(":3099")));
        }
    }

    [Fact]
    public async Task Members_publish_and_agree_on_the_version()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync(
                "published and versioned",
                node => node.Membership.Version == new ClusterVersion(3, 5, 0)
                    && node.Membership.Members.All(one => one.IsStarted));
        }
    }

    [Fact]
    public async Task Forced_new_cluster_keeps_the_data_and_drops_the_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.LeaderAsync();
        Assert.Null((await cluster[0].PutAsync("a", "1")).Error);
        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync("replicate", _ => member.Get("a") == "1");
        }

        foreach (TestMember member in cluster.Members)
        {
            await member.CrashAsync();
        }

        await cluster[0].StartAsync(forceNewCluster: true);
        await cluster[0].WaitAsync("lead alone", node => node.IsLeader && node.Membership.Members.Count == 1);
        Assert.Equal("1", await cluster[0].ReadAsync("a"));
        Assert.Null((await cluster[0].PutAsync("b", "2")).Error);
        await cluster[0].CrashAsync();
        await cluster[0].StartAsync();
        Assert.Equal("2", await cluster[0].ReadAsync("b"));
        Assert.Single(cluster[0].Node.Membership.Members);
    }
}
