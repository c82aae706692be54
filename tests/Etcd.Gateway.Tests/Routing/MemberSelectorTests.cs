using Etcd.Gateway.Cluster;
using Etcd.Gateway.Routing;

namespace Etcd.Gateway.Tests.Routing;

public sealed class MemberSelectorTests : IDisposable
{
    private readonly MemberEndpoint[] _members =
    [
        .. Enumerable.Range(1, 3)
            .Select(i => new MemberEndpoint(new Uri($"http://127.0.0.{i}:1"), isConfigured: true)),
    ];

    private readonly MemberSelector _selector = new();

    [Fact]
    public void Members_that_are_equally_busy_take_turns()
    {
        var chosen = Enumerable.Range(0, 30)
            .Select(_ => _selector.Select(View(), RouteTarget.AnyMember, isStream: false, avoid: null))
            .CountBy(member => member!) // There is always one.
            .ToDictionary();

        Assert.All(_members, member => Assert.Equal(10, chosen[member]));
    }

    [Fact]
    public void Member_with_the_fewest_streams_gets_the_next_stream()
    {
        _members[0].Enter(isStream: true);
        _members[2].Enter(isStream: true);
        _members[1].Enter(isStream: false);

        for (var i = 0; i < 6; i++)
        {
            Assert.Same(_members[1], _selector.Select(View(), RouteTarget.AnyMember, isStream: true, avoid: null));
        }
    }

    [Fact]
    public void Member_that_failed_is_taken_only_when_it_is_the_last()
    {
        for (var i = 0; i < 6; i++)
        {
            Assert.NotSame(
                _members[0],
                _selector.Select(View(), RouteTarget.AnyMember, isStream: false, avoid: _members[0]));
        }

        var alone = new ClusterView(null, isRelay: false, 1, [_members[0]], _members);
        Assert.Same(_members[0], _selector.Select(alone, RouteTarget.AnyMember, isStream: false, avoid: _members[0]));
    }

    [Fact]
    public void Leader_serves_what_must_be_current()
    {
        Assert.Same(_members[1], _selector.Select(View(), RouteTarget.Leader, isStream: false, avoid: null));
        Assert.Null(_selector.Select(ClusterView.Empty, RouteTarget.Leader, isStream: false, avoid: null));
        Assert.Null(_selector.Select(ClusterView.Empty, RouteTarget.AnyMember, isStream: false, avoid: null));
    }

    public void Dispose()
    {
        foreach (var member in _members)
        {
            member.Dispose();
        }
    }

    private ClusterView View() => new(_members[1], isRelay: false, 1, _members, _members);
}
