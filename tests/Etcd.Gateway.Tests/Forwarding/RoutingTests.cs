using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Gateway.Tests.Forwarding;

public sealed class RoutingTests : IAsyncLifetime
{
    private GatewayFixture _gateway = null!; // Set before each test.

    public async Task InitializeAsync() => _gateway = await GatewayFixture.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Writes_and_linearizable_ranges_go_to_the_leader()
    {
        for (var i = 0; i < 6; i++)
        {
            await _gateway.Kv.PutAsync(GatewayFixture.AnyPut);
            var range = await _gateway.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("abc") });
            Assert.Equal(3, range.Count);
        }

        Assert.Equal([6, 0, 0], _gateway.Cluster.Members.Select(member => member.Puts));
        Assert.Equal([6, 0, 0], _gateway.Cluster.Members.Select(member => member.Ranges));
    }

    [Fact]
    public async Task Serializable_ranges_are_spread_and_arrive_whole()
    {
        // Longer than one HTTP/2 frame, so that the look into it needs several reads.
        var request = new RangeRequest { Key = ByteString.CopyFrom(new byte[40_000]), Serializable = true };
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(40_000, (await _gateway.Kv.RangeAsync(request)).Count);
        }

        Assert.Equal([3, 3, 3], _gateway.Cluster.Members.Select(member => member.Ranges));
    }

    [Fact]
    public async Task Range_too_long_to_look_into_is_served_by_the_leader()
    {
        var request = new RangeRequest { Key = ByteString.CopyFrom(new byte[300_000]), Serializable = true };

        Assert.Equal(300_000, (await _gateway.Kv.RangeAsync(request)).Count);
        Assert.Equal([1, 0, 0], _gateway.Cluster.Members.Select(member => member.Ranges));
    }

    [Fact]
    public async Task Watches_are_spread_over_the_members()
    {
        var watches = Enumerable.Range(0, 6).Select(_ => new Watch.WatchClient(_gateway.Channel).Watch()).ToArray();
        foreach (var watch in watches)
        {
            await watch.RequestStream.WriteAsync(new WatchRequest());
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));
            Assert.True(watch.ResponseStream.Current.Created);
        }

        Assert.Equal([2, 2, 2], _gateway.Cluster.Members.Select(member => member.Watches));
        foreach (var watch in watches)
        {
            await watch.RequestStream.CompleteAsync();
            Assert.False(await watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));
            watch.Dispose();
        }
    }

    [Fact]
    public async Task Requests_follow_a_new_leader()
    {
        _gateway.Cluster.Elect(_gateway.Cluster.Members[2]);
        await _gateway.UntilLeaderAsync(_gateway.Cluster.Members[2]);

        await _gateway.Kv.PutAsync(GatewayFixture.AnyPut);

        Assert.Equal([0, 0, 1], _gateway.Cluster.Members.Select(member => member.Puts));
    }

    [Fact]
    public async Task Http1_requests_go_to_the_leader_on_the_same_port()
    {
        using var client = new HttpClient { BaseAddress = _gateway.Address };

        Assert.Equal("member 1", await client.GetStringAsync("/version"));
        Assert.Equal("""{"health":"true","reason":""}""", await client.GetStringAsync("/gateway/health"));
        Assert.Contains("\"term\":2", await client.GetStringAsync("/gateway/status"), StringComparison.Ordinal);
    }
}
