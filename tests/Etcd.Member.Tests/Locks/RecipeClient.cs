using Etcd.Member.Tests.Grpc;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using V3Electionpb;
using V3Lockpb;

namespace Etcd.Member.Tests.Locks;

/// <summary>What the tests of lock and election ask of a member.</summary>
internal sealed class RecipeClient(TestMember member)
{
    public V3Lockpb.Lock.LockClient Lock { get; } = new(member.Client.Invoker);

    public Election.ElectionClient Election { get; } = new(member.Client.Invoker);

    /// <summary>A lease that outlives the test.</summary>
    public async Task<long> GrantAsync(long leaseId) =>
        (await member.Client.Lease.LeaseGrantAsync(new LeaseGrantRequest { ID = leaseId, TTL = 600 })).ID;

    public AsyncUnaryCall<LockResponse> LockAsync(string name, long leaseId) =>
        Lock.LockAsync(new LockRequest { Name = Bytes(name), Lease = leaseId }, Options());

    public AsyncUnaryCall<CampaignResponse> CampaignAsync(string name, long leaseId, string value) =>
        Election.CampaignAsync(
            new CampaignRequest { Name = Bytes(name), Lease = leaseId, Value = Bytes(value) }, Options());

    /// <summary>Keys under a prefix, in byte order.</summary>
    public async Task<string[]> KeysAsync(string prefix)
    {
        RangeResponse range = await member.Client.KV.RangeAsync(
            new RangeRequest { Key = Bytes(prefix), RangeEnd = Bytes(prefix + "\u007f"), KeysOnly = true });
        return [.. range.Kvs.Select(kv => kv.Key.ToStringUtf8())];
    }

    /// <summary>Waits until a key exists, or does not.</summary>
    public async Task UntilAsync(string key, bool exists)
    {
        using CancellationTokenSource limit = new(TestMember.Limit);
        using var watch = member.Client.Watch.Watch(cancellationToken: limit.Token);
        await watch.RequestStream.WriteAsync(
            new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Bytes(key) } }, limit.Token);
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        while ((await KeysAsync(key)).Contains(key) != exists)
        {
            Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        }
    }

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>A deadline that is never reached unless something hangs.</summary>
    private static CallOptions Options() => new(deadline: DateTime.UtcNow + TestMember.Limit);
}
