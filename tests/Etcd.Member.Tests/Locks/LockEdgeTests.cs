using Etcd.Member.Tests.Grpc;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;
using V3Lockpb;

namespace Etcd.Member.Tests.Locks;

public sealed class LockEdgeTests
{
    [Fact]
    public async Task Second_waits_until_the_first_unlocks()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(0xA1);
        await client.GrantAsync(0xB2);

        LockResponse first = await client.LockAsync("n", 0xA1);
        using AsyncUnaryCall<LockResponse> waiting = client.LockAsync("n", 0xB2);
        await client.UntilAsync("n/b2", exists: true);
        Assert.False(waiting.ResponseAsync.IsCompleted);
        UnlockResponse unlocked = await client.Lock.UnlockAsync(new UnlockRequest { Key = first.Key });
        LockResponse second = await waiting;

        Assert.Equal("n/a1", first.Key.ToStringUtf8());
        Assert.Equal(2, first.Header.Revision);
        Assert.Equal(member.Node.MemberId, first.Header.MemberId);
        Assert.Equal(4, unlocked.Header.Revision);
        Assert.Equal("n/b2", second.Key.ToStringUtf8());
        Assert.Equal(4, second.Header.Revision);
        Assert.Equal(["n/b2"], await client.KeysAsync("n/"));
    }

    [Fact]
    public async Task Lock_passes_on_in_the_order_of_arrival_when_leases_end()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        List<AsyncUnaryCall<LockResponse>> calls = [];
        for (long lease = 1; lease <= 4; lease++)
        {
            await client.GrantAsync(lease);
            calls.Add(client.LockAsync("n", lease));
            await client.UntilAsync($"n/{lease}", exists: true);
        }

        for (int i = 0; i < calls.Count; i++)
        {
            LockResponse owned = await calls[i];
            Assert.Equal($"n/{i + 1}", owned.Key.ToStringUtf8());
            Assert.All(calls.Skip(i + 1), call => Assert.False(call.ResponseAsync.IsCompleted));
            await member.Client.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = i + 1 });
            calls[i].Dispose();
        }

        Assert.Empty(await client.KeysAsync("n/"));
    }

    [Fact]
    public async Task Same_lease_owns_the_lock_again_at_once_without_a_write()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(7);

        LockResponse first = await client.LockAsync("n", 7);
        LockResponse again = await client.LockAsync("n", 7);

        Assert.Equal(first.Key, again.Key);
        Assert.Equal(first.Header.Revision, again.Header.Revision);
    }

    [Fact]
    public async Task No_lease_makes_one_of_sixty_seconds()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);

        LockResponse owned = await client.LockAsync("n", 0);
        LeaseLeasesResponse leases = await member.Client.Lease.LeaseLeasesAsync(new LeaseLeasesRequest());
        long lease = leases.Leases.Single().ID;
        LeaseTimeToLiveResponse left = await member.Client.Lease.LeaseTimeToLiveAsync(
            new LeaseTimeToLiveRequest { ID = lease, Keys = true });

        Assert.Equal($"n/{lease:x}", owned.Key.ToStringUtf8());
        Assert.Equal(60, left.GrantedTTL);
        Assert.Equal(owned.Key, left.Keys.Single());
    }

    [Fact]
    public async Task Waiter_whose_deadline_passes_leaves_the_queue()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        await client.LockAsync("n", 1);

        using AsyncUnaryCall<LockResponse> waiting = client.Lock.LockAsync(
            new LockRequest { Name = RecipeClient.Bytes("n"), Lease = 2 },
            deadline: DateTime.UtcNow.AddMilliseconds(500));
        await client.UntilAsync("n/2", exists: true);
        RpcException late = await Assert.ThrowsAsync<RpcException>(async () => await waiting);
        await client.UntilAsync("n/2", exists: false);

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Equal(["n/1"], await client.KeysAsync("n/"));
    }

    [Fact]
    public async Task Waiter_who_cancels_leaves_the_queue_and_the_next_one_still_waits()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        for (long lease = 1; lease <= 3; lease++)
        {
            await client.GrantAsync(lease);
        }

        LockResponse first = await client.LockAsync("n", 1);
        using AsyncUnaryCall<LockResponse> second = client.LockAsync("n", 2);
        await client.UntilAsync("n/2", exists: true);
        using AsyncUnaryCall<LockResponse> third = client.LockAsync("n", 3);
        await client.UntilAsync("n/3", exists: true);
        second.Dispose();
        await client.UntilAsync("n/2", exists: false);
        Assert.False(third.ResponseAsync.IsCompleted);
        await client.Lock.UnlockAsync(new UnlockRequest { Key = first.Key });

        Assert.Equal("n/3", (await third).Key.ToStringUtf8());
    }

    [Fact]
    public async Task Waiter_whose_own_key_is_gone_is_told_that_its_session_expired()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        LockResponse first = await client.LockAsync("n", 1);
        using AsyncUnaryCall<LockResponse> waiting = client.LockAsync("n", 2);
        await client.UntilAsync("n/2", exists: true);

        await member.Client.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = 2 });
        await client.Lock.UnlockAsync(new UnlockRequest { Key = first.Key });
        RpcException expired = await Assert.ThrowsAsync<RpcException>(async () => await waiting);

        Assert.Equal(StatusCode.Unknown, expired.StatusCode);
        Assert.Equal("mutex: session is expired", expired.Status.Detail);
    }

    [Fact]
    public async Task Waiter_outlives_a_compaction()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);
        await client.GrantAsync(1);
        await client.GrantAsync(2);
        LockResponse first = await client.LockAsync("n", 1);
        using AsyncUnaryCall<LockResponse> waiting = client.LockAsync("n", 2);
        await client.UntilAsync("n/2", exists: true);

        await KVEdgeTests.PutAsync(member, "other", "1");
        await member.Client.KV.CompactAsync(new CompactionRequest { Revision = 4, Physical = true });
        await client.Lock.UnlockAsync(new UnlockRequest { Key = first.Key });

        Assert.Equal("n/2", (await waiting).Key.ToStringUtf8());
    }

    [Fact]
    public async Task Errors_of_the_store_are_unknown_with_their_text()
    {
        await using TestMember member = await TestMember.StartAsync();
        RecipeClient client = new(member);

        await ThrowsUnknownAsync(EtcdErrors.LeaseNotFound, async () => await client.LockAsync("n", 5));
        await ThrowsUnknownAsync(EtcdErrors.LeaseNotFound, async () => await client.LockAsync("n", -1));
        await ThrowsUnknownAsync(
            EtcdErrors.EmptyKey, async () => await client.Lock.UnlockAsync(new UnlockRequest()));
        UnlockResponse missing = await client.Lock.UnlockAsync(
            new UnlockRequest { Key = RecipeClient.Bytes("nothing") });

        Assert.Equal(1, missing.Header.Revision);
    }

    internal static async Task ThrowsUnknownAsync(EtcdError expected, Func<Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(expected.Message, exception.Status.Detail);
        Assert.Equal(StatusCode.Unknown, exception.StatusCode);
    }
}
