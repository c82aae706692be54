using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Tests.Grpc;

public sealed class LeaseEdgeTests
{
    [Fact]
    public async Task Grant_raises_a_short_time_and_shows_the_lease()
    {
        await using TestMember member = await TestMember.StartAsync();
        Lease.LeaseClient lease = member.Client.Lease;

        LeaseGrantResponse granted = await lease.LeaseGrantAsync(new LeaseGrantRequest { ID = 77, TTL = 1 });
        await member.Client.KV.PutAsync(new PutRequest { Key = KVEdgeTests.Bytes("k"), Lease = 77 });
        LeaseTimeToLiveResponse left = await lease.LeaseTimeToLiveAsync(
            new LeaseTimeToLiveRequest { ID = 77, Keys = true });
        LeaseLeasesResponse all = await lease.LeaseLeasesAsync(new LeaseLeasesRequest());

        Assert.Equal(2, granted.TTL);
        Assert.Equal(1, granted.Header.Revision);
        Assert.Equal(2, left.GrantedTTL);
        Assert.Equal("k", left.Keys.Single().ToStringUtf8());
        Assert.Equal(77, all.Leases.Single().ID);
        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.LeaseExists,
            async () => await lease.LeaseGrantAsync(new LeaseGrantRequest { ID = 77, TTL = 1 }));
    }

    [Fact]
    public async Task Revoke_deletes_the_keys_in_one_revision()
    {
        await using TestMember member = await TestMember.StartAsync();
        LeaseGrantResponse granted = await member.Client.Lease.LeaseGrantAsync(new LeaseGrantRequest { TTL = 60 });
        await member.Client.KV.PutAsync(new PutRequest { Key = KVEdgeTests.Bytes("a"), Lease = granted.ID });
        await member.Client.KV.PutAsync(new PutRequest { Key = KVEdgeTests.Bytes("b"), Lease = granted.ID });

        LeaseRevokeResponse revoked = await member.Client.Lease.LeaseRevokeAsync(
            new LeaseRevokeRequest { ID = granted.ID });

        Assert.True(granted.ID > 0);
        Assert.Equal(4, revoked.Header.Revision);
        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.LeaseNotFound,
            async () => await member.Client.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = granted.ID }));
    }

    [Fact]
    public async Task Unknown_lease_lives_minus_one_and_is_kept_alive_for_zero()
    {
        await using TestMember member = await TestMember.StartAsync();
        LeaseTimeToLiveResponse left = await member.Client.Lease.LeaseTimeToLiveAsync(
            new LeaseTimeToLiveRequest { ID = 5 });
        using var stream = member.Client.Lease.LeaseKeepAlive();
        await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = 5 });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(-1, left.TTL);
        Assert.Equal(0, stream.ResponseStream.Current.TTL);
        Assert.Equal(5, stream.ResponseStream.Current.ID);
    }

    [Fact]
    public async Task Keep_alive_renews_and_half_close_ends_the_stream_well()
    {
        await using TestMember member = await TestMember.StartAsync();
        LeaseGrantResponse granted = await member.Client.Lease.LeaseGrantAsync(new LeaseGrantRequest { TTL = 60 });
        using var stream = member.Client.Lease.LeaseKeepAlive();
        await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = granted.ID });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(60, stream.ResponseStream.Current.TTL);
        await stream.RequestStream.CompleteAsync();

        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, stream.GetStatus().StatusCode);
    }
}
