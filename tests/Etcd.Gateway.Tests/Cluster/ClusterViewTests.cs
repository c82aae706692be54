using Etcd.Gateway.Cluster;

namespace Etcd.Gateway.Tests.Cluster;

public sealed class ClusterViewTests : IDisposable
{
    private readonly MemberEndpoint[] _members =
    [
        .. Enumerable.Range(1, 3)
            .Select(i => new MemberEndpoint(new Uri($"http://127.0.0.{i}:1"), isConfigured: true)),
    ];

    [Fact]
    public void Leader_is_the_member_that_the_others_name()
    {
        var view = Build([Up(1, leader: 2), Up(2, leader: 2), Up(3, leader: 2)]);

        Assert.Same(_members[1], view.Leader);
        Assert.Equal(_members, view.Readers);
    }

    [Fact]
    public void Leader_of_the_newest_term_wins_over_one_that_has_not_noticed()
    {
        var view = Build([Up(1, leader: 1, term: 4), Up(2, leader: 2, term: 5), Up(3, leader: 2, term: 5)]);

        Assert.Same(_members[1], view.Leader);
        Assert.Equal(5UL, view.Term);
    }

    [Fact]
    public void Member_that_campaigns_at_a_newer_term_does_not_depose_the_leader()
    {
        var view = Build([Up(1, leader: 1, term: 4), Up(2, leader: 1, term: 4), Up(3, leader: 0, term: 9)]);

        Assert.Same(_members[0], view.Leader);
        Assert.Equal([_members[0], _members[1]], view.Readers);
    }

    [Fact]
    public void Leader_that_is_gone_is_no_leader_even_while_the_others_still_name_it()
    {
        var gone = Up(1, leader: 1) with { Reach = MemberReach.Refused };

        var view = Build([gone, Up(2, leader: 1), Up(3, leader: 1)]);

        Assert.Null(view.Leader);
        Assert.Equal([_members[1], _members[2]], view.Readers);
    }

    [Fact]
    public void Follower_stands_for_a_leader_that_only_it_can_reach()
    {
        var unreachable = default(MemberObservation) with { Reach = MemberReach.Refused };

        var view = Build([unreachable, Up(2, leader: 1), Up(3, leader: 1)], mayRelay: true);

        Assert.Same(_members[1], view.Leader);
        Assert.True(view.IsRelay);
    }

    [Fact]
    public void Members_without_a_leader_still_serve_reads_when_no_other_does()
    {
        var view = Build([Up(1, leader: 0), Up(2, leader: 0), Up(3, leader: 0) with { IsLearner = true }]);

        Assert.Null(view.Leader);
        Assert.Equal([_members[0], _members[1]], view.Readers);
    }

    [Fact]
    public void Leader_known_by_metrics_alone_is_found_without_a_term()
    {
        var leader = MemberMetrics.Read("etcd_server_id{server_id=\"2\"} 1\netcd_server_is_leader 1\n");
        var follower = MemberMetrics.Read("etcd_server_id{server_id=\"3\"} 1\netcd_server_is_leader 0\n");

        var view = Build([follower with { MemberId = 1 }, leader, follower]);

        Assert.Same(_members[1], view.Leader);
    }

    public void Dispose()
    {
        foreach (var member in _members)
        {
            member.Dispose();
        }
    }

    private static MemberObservation Up(ulong id, ulong leader, ulong term = 3) =>
        new(MemberReach.Reachable, id, ClusterId: 77, leader, term, IsLearner: false);

    private ClusterView Build(MemberObservation[] observations, bool mayRelay = false) =>
        ClusterView.Build([.. _members.Zip(observations)], mayRelay);
}
