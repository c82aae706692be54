using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>A member that cannot reach a majority.</summary>
public sealed class MinorityTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");

    [Fact]
    public async Task Minority_refuses_writes_with_etcds_error_and_answers_serializable_reads()
    {
        await using var cluster = await Cluster.StartOursAsync(3);
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        await leader.Kv.PutAsync(new PutRequest { Key = Key, Value = Key });
        var minority = cluster.Members.First(member => member != leader);
        await minority.Kv.RangeAsync(new RangeRequest { Key = Key });

        foreach (var other in cluster.Members.Where(member => member != minority))
        {
            await other.Process.PauseAsync();
        }

        var serializable = await minority.Kv.RangeAsync(new RangeRequest { Key = Key, Serializable = true });
        Assert.Equal(Key, Assert.Single(serializable.Kvs).Value);

        var read = await Assert.ThrowsAsync<RpcException>(
            async () => await minority.Kv.RangeAsync(new RangeRequest { Key = Key }));
        Assert.Equal(StatusCode.Unavailable, read.StatusCode);
        Assert.StartsWith("etcdserver: ", read.Status.Detail, StringComparison.Ordinal);

        var write = await Assert.ThrowsAsync<RpcException>(
            async () => await minority.Kv.PutAsync(new PutRequest { Key = Key, Value = Key }));
        Assert.Equal((StatusCode.DeadlineExceeded, "context deadline exceeded"), (write.StatusCode, write.Status.Detail));

        foreach (var other in cluster.Members.Where(member => member != minority))
        {
            other.Process.Resume();
        }

        await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        await minority.Kv.PutAsync(new PutRequest { Key = Key, Value = Key }, deadline: DateTime.UtcNow.AddSeconds(20));
    }
}
