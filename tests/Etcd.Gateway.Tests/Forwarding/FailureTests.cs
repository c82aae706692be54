using System.Net;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Gateway.Tests.Forwarding;

public sealed class FailureTests
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Put_that_was_not_sent_waits_for_the_next_leader_and_is_done_once()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var members = gateway.Cluster.Members;
        await members[0].KillAsync();

        var put = gateway.Kv.PutAsync(GatewayFixture.AnyPut).ResponseAsync;
        await gateway.UntilLeaderAsync(null);
        Assert.False(put.IsCompleted);
        gateway.Cluster.Elect(members[1]);

        Assert.Equal(2UL, (await put.WaitAsync(GatewayFixture.Limit)).Header.MemberId);
        Assert.Equal(1, gateway.Cluster.Puts);
    }

    [Fact]
    public async Task Put_that_reached_a_member_is_unavailable_and_never_repeated()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var members = gateway.Cluster.Members;
        members[0].OnPut = context =>
        {
            gateway.Cluster.Elect(members[1]);
            return FakeMember.DropConnection(context);
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            gateway.Kv.PutAsync(GatewayFixture.AnyPut).ResponseAsync.WaitAsync(GatewayFixture.Limit));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(
            "etcdserver: request timed out, possibly due to previous leader failure", failure.Status.Detail);
        await gateway.UntilLeaderAsync(members[1]);
        Assert.Equal(1, gateway.Cluster.Puts);
    }

    [Fact]
    public async Task Put_at_a_leader_that_hangs_is_given_up_once_another_one_leads()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var members = gateway.Cluster.Members;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        members[0].OnPut = context =>
        {
            arrived.TrySetResult();
            return FakeMember.Hang(context);
        };
        var put = gateway.Kv.PutAsync(GatewayFixture.AnyPut).ResponseAsync;
        await arrived.Task.WaitAsync(GatewayFixture.Limit);
        members[0].IsHung = true;
        gateway.Cluster.Elect(members[1]);

        await gateway.UntilLeaderAsync(members[1]);
        var next = await gateway.Kv.PutAsync(GatewayFixture.AnyPut).ResponseAsync.WaitAsync(GatewayFixture.Limit);
        var failure = await Assert.ThrowsAsync<RpcException>(() => put.WaitAsync(GatewayFixture.Limit));

        Assert.Equal(2UL, next.Header.MemberId);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(2, gateway.Cluster.Puts);
    }

    [Fact]
    public async Task Linearizable_range_that_a_leader_took_with_it_is_asked_again_at_the_next()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var members = gateway.Cluster.Members;
        members[0].OnRange = context =>
        {
            gateway.Cluster.Elect(members[2]);
            return FakeMember.DropConnection(context);
        };

        var range = await gateway.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("abcd") })
            .ResponseAsync.WaitAsync(GatewayFixture.Limit);

        Assert.Equal(3UL, range.Header.MemberId);
        Assert.Equal(4, range.Count);
    }

    [Fact]
    public async Task Serializable_range_avoids_the_member_that_failed_it()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        foreach (var member in gateway.Cluster.Members.Take(2))
        {
            member.OnRange = FakeMember.DropConnection;
        }

        var request = new RangeRequest { Key = ByteString.CopyFromUtf8("a"), Serializable = true };
        for (var i = 0; i < 3; i++)
        {
            var range = await gateway.Kv.RangeAsync(request).ResponseAsync.WaitAsync(GatewayFixture.Limit);
            Assert.Equal(3UL, range.Header.MemberId);
        }
    }

    [Fact]
    public async Task Request_fails_with_no_leader_when_none_comes_in_time()
    {
        await using var gateway = await GatewayFixture.StartAsync(ShortWait);
        await gateway.Cluster.LoseLeaderAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            gateway.Kv.PutAsync(GatewayFixture.AnyPut).ResponseAsync.WaitAsync(GatewayFixture.Limit));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal("etcdserver: no leader", failure.Status.Detail);
        Assert.Equal(0, gateway.Cluster.Puts);
    }

    [Fact]
    public async Task Http1_request_without_a_leader_gets_json()
    {
        await using var gateway = await GatewayFixture.StartAsync(ShortWait);
        await gateway.Cluster.LoseLeaderAsync();
        using var client = new HttpClient { BaseAddress = gateway.Address };

        using var range = await client.PostAsync("/v3/kv/range", new StringContent("{}"));
        using var health = await client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, range.StatusCode);
        Assert.Equal(
            """{"error":"etcdserver: no leader","code":14,"message":"etcdserver: no leader"}""",
            await range.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.StartsWith(
            """{"health":"false","reason":""", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_whose_member_is_lost_ends_unavailable_after_its_events()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        foreach (var member in gateway.Cluster.Members)
        {
            member.OnWatchCancel = FakeMember.DropConnection;
        }

        using var watch = new Watch.WatchClient(gateway.Channel).Watch();
        await watch.RequestStream.WriteAsync(new WatchRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));
        await watch.RequestStream.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest() });
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact]
    public async Task Streams_end_unavailable_at_once_when_the_gateway_stops()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var watch = new Watch.WatchClient(gateway.Channel).Watch();
        await watch.RequestStream.WriteAsync(new WatchRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));

        var stopping = gateway.StopGatewayAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GatewayFixture.Limit));
        await stopping.WaitAsync(GatewayFixture.Limit);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal("etcdserver: server stopped", failure.Status.Detail);
    }

    [Fact]
    public async Task Cancellation_by_the_client_reaches_the_member()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Cluster.Members[0].OnPut = async context =>
        {
            using var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
            arrived.TrySetResult();
            await cancelled.Task.WaitAsync(GatewayFixture.Limit);
        };

        using var source = new CancellationTokenSource();
        var put = gateway.Kv.PutAsync(GatewayFixture.AnyPut, cancellationToken: source.Token).ResponseAsync;
        await arrived.Task.WaitAsync(GatewayFixture.Limit);
        await source.CancelAsync();

        await cancelled.Task.WaitAsync(GatewayFixture.Limit);
        var failure = await Assert.ThrowsAsync<RpcException>(() => put);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }
}
