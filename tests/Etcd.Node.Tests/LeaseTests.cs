using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcdserverpb;

namespace Etcd.Node.Tests;

public sealed class LeaseTests
{
    [Fact]
    public async Task Expired_lease_is_revoked_with_its_keys_on_all_members()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        long lease = await GrantAsync(leader, 1);
        Assert.Null((await leader.PutAsync("a", "1", lease)).Error);
        await leader.WaitAsync("expiry", _ => leader.Get("a") is null);
        Assert.Equal(1, leader.Node.Metrics.LeasesExpired);
        long revision = leader.Node.View.Revision;
        foreach (TestMember member in cluster.Members)
        {
            await member.WaitAsync("replicated expiry", node => node.View.Revision >= revision);
            Assert.Null(member.Get("a"));
        }
    }

    [Fact]
    public async Task Renewed_lease_has_its_full_time_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        long lease = await GrantAsync(leader, 60);
        LeaseRenewal renewal = await leader.Node.RenewLeaseAsync(lease, CancellationToken.None);
        Assert.Equal(new LeaseRenewal(60, null), renewal);
        (LeaseStatus? status, EtcdError? error) = await leader.Node.LeaseTimeToLiveAsync(
            lease, withKeys: true, CancellationToken.None);
        Assert.Null(error);
        Assert.InRange(status!.RemainingSeconds, 58, 60);
        Assert.Equal(60, status.GrantedSeconds);
        Assert.Equal([lease], await leader.Node.ListLeasesAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Unknown_lease_has_no_time_to_live()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster.LeaderAsync();
        await cluster[0].ReadAsync("a");
        LeaseRenewal renewal = await cluster[0].Node.RenewLeaseAsync(42, CancellationToken.None);
        Assert.Equal(EtcdErrors.LeaseNotFound, renewal.Error);
        (LeaseStatus? status, _) = await cluster[0].Node.LeaseTimeToLiveAsync(42, false, CancellationToken.None);
        Assert.Equal(-1, status!.RemainingSeconds);
    }

    [Fact]
    public async Task Follower_sends_the_caller_to_the_leader()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        long lease = await GrantAsync(leader, 60);
        TestMember follower = cluster.Members.First(member => member.Id != leader.Id);
        Assert.Equal(
            EtcdErrors.NotLeader, (await follower.Node.RenewLeaseAsync(lease, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Leader_that_is_cut_off_promises_no_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        long lease = await GrantAsync(leader, 60);
        cluster.Network.Isolate(leader.Id);

        Task<LeaseRenewal> renewal = leader.Node.RenewLeaseAsync(lease, CancellationToken.None).AsTask();
        TestMember other = cluster.Members.First(member => member.Id != leader.Id);
        await other.WaitAsync("another leader", node => node.LeaderId != 0 && node.LeaderId != leader.Id);
        cluster.Network.Rejoin(leader.Id);

        Assert.NotNull((await renewal.WaitAsync(TimeSpan.FromSeconds(30))).Error);
    }

    [Fact]
    public async Task New_leader_counts_leases_from_their_full_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        long lease = await GrantAsync(leader, 100);
        TestMember next = cluster.Members.First(member => member.Id != leader.Id);
        Assert.Null(await leader.Node.MoveLeaderAsync(next.Id, CancellationToken.None));
        await next.WaitAsync("lead", node => node.IsLeader);
        (LeaseStatus? status, EtcdError? error) = await next.Node.LeaseTimeToLiveAsync(
            lease, false, CancellationToken.None);
        Assert.Null(error);
        Assert.InRange(status!.RemainingSeconds, 98, 100);
    }

    private static async Task<long> GrantAsync(TestMember member, long seconds)
    {
        ApplyResult result = await member.Node.ProposeAsync(
            new InternalRaftRequest { LeaseGrant = new LeaseGrantRequest { TTL = seconds } },
            CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(result.Error);
        return ((LeaseGrantResponse)result.Response!).ID;
    }
}
