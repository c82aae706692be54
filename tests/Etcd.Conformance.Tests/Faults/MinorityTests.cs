using System.Diagnostics;
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
    public async Task U01_U02_U03_U05_minority_refuses_in_etcds_words_and_answers_serializable_reads()
    {
        await using var cluster = await Cluster.StartOursAsync(3);
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        await leader.Kv.PutAsync(new PutRequest { Key = Key, Value = Key });
        var minority = leader;
        foreach (var other in cluster.Members.Where(member => member != minority))
        {
            await other.Process.PauseAsync();
        }

        await UntilNoLeaderAsync(minority);
        var serializable = await minority.Kv.RangeAsync(new RangeRequest { Key = Key, Serializable = true });
        Assert.Equal(Key, Assert.Single(serializable.Kvs).Value);

        var read = await Assert.ThrowsAsync<RpcException>(
            async () => await minority.Kv.RangeAsync(new RangeRequest { Key = Key }));
        Assert.Equal((StatusCode.Unavailable, "etcdserver: request timed out"), (read.StatusCode, read.Status.Detail));

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

    /// <summary>A leader that hears of no majority steps down by itself, and says so.</summary>
    private static async Task UntilNoLeaderAsync(Cluster.Member member)
    {
        var limit = TimeSpan.FromSeconds(20);
        var waited = Stopwatch.StartNew();
        StatusResponse status;
        while ((status = await member.Maintenance.StatusAsync(new StatusRequest())).Leader != 0)
        {
            if (waited.Elapsed > limit)
            {
                throw new TimeoutException($"phase: a leader without a majority; expected: none within {limit}");
            }

            await Task.Delay(20);
        }

        Assert.Contains("etcdserver: no leader", status.Errors);
    }
}
