using Etcd.Member.Tests.Grpc;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;
using V3Electionpb;

namespace Etcd.Member.Tests.Locks;

public sealed class ElectionEdgeTests
{
    [Fact]
    public async Task Second_campaign_wins_when_the_lease_of_the_first_ends()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(0xA1);
        await client.GrantAsync(0xB2);

        CampaignResponse first = await client.CampaignAsync("e", 0xA1, "one");
        using AsyncUnaryCall<CampaignResponse> waiting = client.CampaignAsync("e", 0xB2, "two");
        await client.UntilAsync("e/b2", exists: true);
        Assert.False(waiting.ResponseAsync.IsCompleted);
        await member.Client.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = 0xA1 });
        CampaignResponse second = await waiting;

        Assert.Equal(
            new LeaderKey { Name = Name("e"), Key = Name("e/a1"), Rev = 2, Lease = 0xA1 }, first.Leader);
        Assert.Equal(
            new LeaderKey { Name = Name("e"), Key = Name("e/b2"), Rev = 3, Lease = 0xB2 }, second.Leader);
        // As in etcd: the header is that of entering the queue.
        Assert.Equal(3, second.Header.Revision);
    }

    [Fact]
    public async Task Leader_who_campaigns_again_proclaims_its_new_value()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);

        CampaignResponse first = await client.CampaignAsync("e", 1, "old");
        CampaignResponse again = await client.CampaignAsync("e", 1, "new");
        LeaderResponse leader = await client.Election.LeaderAsync(new LeaderRequest { Name = Name("e") });

        Assert.Equal(first.Leader, again.Leader);
        Assert.Equal("new", leader.Kv.Value.ToStringUtf8());
        Assert.Equal(3, leader.Kv.ModRevision);
        Assert.Equal(1, leader.Kv.Lease);
    }

    [Fact]
    public async Task Proclaim_changes_the_value_of_the_leader_and_of_nobody_else()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        LeaderKey leader = (await client.CampaignAsync("e", 1, "v")).Leader;
        LeaderKey stale = leader.Clone();
        stale.Rev = 1;

        ProclaimResponse proclaimed = await client.Election.ProclaimAsync(
            new ProclaimRequest { Leader = leader, Value = Name("w") });
        await LockEdgeTests.ThrowsUnknownAsync(
            EtcdErrors.ElectionNotLeader,
            async () => await client.Election.ProclaimAsync(new ProclaimRequest { Leader = stale, Value = Name("x") }));

        Assert.Equal(3, proclaimed.Header.Revision);
        LeaderResponse now = await client.Election.LeaderAsync(new LeaderRequest { Name = Name("e") });
        Assert.Equal("w", now.Kv.Value.ToStringUtf8());
    }

    [Fact]
    public async Task Resign_lets_the_next_one_win_and_a_stale_one_changes_nothing()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        LeaderKey leader = (await client.CampaignAsync("e", 1, "v")).Leader;
        using AsyncUnaryCall<CampaignResponse> waiting = client.CampaignAsync("e", 2, "w");
        await client.UntilAsync("e/2", exists: true);
        LeaderKey stale = leader.Clone();
        stale.Rev = 1;

        ResignResponse ignored = await client.Election.ResignAsync(new ResignRequest { Leader = stale });
        Assert.False(waiting.ResponseAsync.IsCompleted);
        ResignResponse resigned = await client.Election.ResignAsync(new ResignRequest { Leader = leader });

        Assert.Equal(3, ignored.Header.Revision);
        Assert.Equal(4, resigned.Header.Revision);
        Assert.Equal(2, (await waiting).Leader.Lease);
    }

    [Fact]
    public async Task Candidate_whose_deadline_passes_leaves_the_queue()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        await client.CampaignAsync("e", 1, "v");

        using AsyncUnaryCall<CampaignResponse> waiting = client.Election.CampaignAsync(
            new CampaignRequest { Name = Name("e"), Lease = 2, Value = Name("w") },
            deadline: DateTime.UtcNow.AddMilliseconds(500));
        await client.UntilAsync("e/2", exists: true);
        await Assert.ThrowsAsync<RpcException>(async () => await waiting);
        await client.UntilAsync("e/2", exists: false);

        Assert.Equal(["e/1"], await client.KeysAsync("e/"));
    }

    [Fact]
    public async Task Missing_leaders_are_unknown_with_their_text()
    {
        await using TestMember member = await TestMember.StartAsync();
        Election.ElectionClient election = new RecipeClient(member).Election;

        await LockEdgeTests.ThrowsUnknownAsync(
            EtcdErrors.ElectionNoLeader,
            async () => await election.LeaderAsync(new LeaderRequest { Name = Name("e") }));
        await LockEdgeTests.ThrowsUnknownAsync(
            EtcdErrors.ElectionLeaderMissing, async () => await election.ProclaimAsync(new ProclaimRequest()));
        await LockEdgeTests.ThrowsUnknownAsync(
            EtcdErrors.ElectionLeaderMissing, async () => await election.ResignAsync(new ResignRequest()));
    }

    [Fact]
    public async Task Observe_sends_the_leader_its_new_values_and_the_next_leader()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        using AsyncServerStreamingCall<LeaderResponse> stream = client.Election.Observe(
            new LeaderRequest { Name = Name("e") });

        LeaderKey leader = (await client.CampaignAsync("e", 1, "a")).Leader;
        LeaderResponse first = await NextAsync(stream);
        await client.Election.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Name("b") });
        LeaderResponse second = await NextAsync(stream);
        using AsyncUnaryCall<CampaignResponse> waiting = client.CampaignAsync("e", 2, "c");
        await client.UntilAsync("e/2", exists: true);
        await client.Election.ResignAsync(new ResignRequest { Leader = leader });
        LeaderResponse third = await NextAsync(stream);

        Assert.Equal(("a", 2, 2), Shape(first));
        Assert.Equal(("b", 3, 3), Shape(second));
        Assert.Equal(("c", 4, 5), Shape(third));
        Assert.Equal(member.Node.MemberId, third.Header.MemberId);
    }

    [Fact]
    public async Task Observe_starts_with_the_leader_of_now()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.CampaignAsync("e", 1, "a");

        using AsyncServerStreamingCall<LeaderResponse> stream = client.Election.Observe(
            new LeaderRequest { Name = Name("e") });

        Assert.Equal(("a", 2, 2), Shape(await NextAsync(stream)));
    }

    private static Google.Protobuf.ByteString Name(string text) => RecipeClient.Bytes(text);

    private static (string Value, long ModRevision, long HeaderRevision) Shape(LeaderResponse response) =>
        (response.Kv.Value.ToStringUtf8(), response.Kv.ModRevision, response.Header.Revision);

    private static async Task<LeaderResponse> NextAsync(AsyncServerStreamingCall<LeaderResponse> stream)
    {
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TestMember.Limit));
        return stream.ResponseStream.Current;
    }
}
