using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Limits;

/// <summary>A stream of a range takes no more memory than a few chunks, whatever the range holds.</summary>
public sealed class RangeStreamMemoryTests
{
    private const int Keys = 2700;
    private const int ValueBytes = 80_000;

    /// <summary>192 MiB of managed heap: the cache of values may take 64 MiB of it, the result would take 216 MB.
    /// </summary>
    private static readonly Dictionary<string, string> LittleMemory =
        new() { ["DOTNET_GCHeapHardLimit"] = "0xC000000" };

    [Fact]
    public async Task Result_larger_than_the_permitted_memory_arrives_at_a_member_and_through_the_gateway()
    {
        // Few entries stay in memory for followers, so that the values are in the engine alone.
        await using var cluster = await Cluster.StartOursAsync(
            1, "--snapshot-count=10", "--experimental-snapshot-catchup-entries=1");
        var member = cluster.Members[0];
        var value = ByteString.CopyFrom(new byte[ValueBytes]);
        await Parallel.ForAsync(
            0, Keys, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (number, end) => await member.Kv.PutAsync(
                new PutRequest { Key = ByteString.CopyFromUtf8($"k{number:d4}"), Value = value },
                cancellationToken: end));

        // What is in the engine by then is not replayed from the log.
        await member.Maintenance.DefragmentAsync(new DefragmentRequest(), deadline: DateTime.UtcNow.AddSeconds(60));
        await member.Process.TerminateAsync();
        member.Launch(LittleMemory);
        await member.UntilHealthyAsync();
        await AllArriveAsync(member.Calls);

        var (gateway, url) = await GatewayProcess.StartAsync(cluster, LittleMemory);
        await using var gatewayScope = gateway;
        using var channel = Channels.To(url);
        await AllArriveAsync(channel.CreateCallInvoker());
        Assert.False(member.Process.HasExited, member.Process.LogTail());
    }

    private static async Task AllArriveAsync(CallInvoker calls)
    {
        using var stream = new KV.KVClient(calls).RangeStream(
            new RangeRequest { Key = ByteString.CopyFromUtf8("k"), RangeEnd = ByteString.CopyFromUtf8("l") },
            deadline: DateTime.UtcNow.AddSeconds(60));
        int keys = 0;
        long bytes = 0;
        RangeResponse? last = null;
        await foreach (var chunk in stream.ResponseStream.ReadAllAsync())
        {
            last = chunk.RangeResponse;
            foreach (var pair in last.Kvs)
            {
                Assert.Equal($"k{keys++:d4}", pair.Key.ToStringUtf8());
                bytes += pair.Value.Length;
            }
        }

        Assert.Equal((Keys, (long)Keys * ValueBytes), (keys, bytes));
        Assert.Equal((Keys, false), (last!.Count, last.More));
    }
}
