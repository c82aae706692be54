using System.Collections.Concurrent;
using System.Diagnostics;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>The leader is killed under load; nothing acknowledged is lost.</summary>
public sealed class LeaderLossTests
{
    private const int Clients = 50;
    private const int PutsPerClient = 200;
    private static readonly byte[] Value = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Fact]
    public async Task U04_leader_killed_under_load_loses_no_acknowledged_put_and_no_event()
    {
        await using var cluster = await Cluster.StartOursAsync(3);
        var (gateway, url) = await GatewayProcess.StartAsync(cluster);
        await using var gatewayScope = gateway;
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        await using var watcher = EventCollector.Start(url, prefix: "k/", fromRevision: 1);

        int acknowledged = 0;
        var halfway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loads = Enumerable.Range(0, Clients).Select(client => PutAllAsync(url, client, () =>
        {
            if (Interlocked.Increment(ref acknowledged) == Clients * PutsPerClient / 2)
            {
                halfway.SetResult();
            }
        })).ToArray();

        await halfway.Task.WaitAsync(TimeSpan.FromSeconds(120));
        var sinceKill = Stopwatch.StartNew();
        await leader.Process.KillAsync();
        await cluster.LeaderAsync(TimeSpan.FromSeconds(3));
        TimeSpan election = sinceKill.Elapsed;

        var puts = (await Task.WhenAll(loads).WaitAsync(TimeSpan.FromSeconds(120))).SelectMany(list => list).ToArray();

        Assert.True(election < TimeSpan.FromSeconds(3), $"the election took {election}");
        var survivor = await cluster.LeaderAsync(TimeSpan.FromSeconds(3));
        await AssertAllThereAsync(survivor.Kv, puts);
        await AssertEventsAsync(survivor.Kv, watcher);
    }

    private static async Task<List<Put>> PutAllAsync(string url, int client, Action onAcknowledged)
    {
        using var channel = Channels.To(url);
        var kv = new KV.KVClient(channel);
        var puts = new List<Put>(PutsPerClient);
        for (int number = 0; number < PutsPerClient; number++)
        {
            string key = $"k/{client:d2}/{number:d4}";
            long revision = await PutUntilAcknowledgedAsync(kv, key);
            puts.Add(new Put(key, revision));
            onAcknowledged();
        }

        return puts;
    }

    private static async Task<long> PutUntilAcknowledgedAsync(KV.KVClient kv, string key)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var response = await kv.PutAsync(
                    new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(Value) },
                    deadline: DateTime.UtcNow.AddSeconds(10));
                return response.Header.Revision;
            }
            catch (RpcException error) when (waited.Elapsed < TimeSpan.FromSeconds(60))
            {
                Assert.True(
                    error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded,
                    $"put {key}: {error.Status}");
            }
        }
    }

    /// <summary>Every key exists; an unacknowledged first try may have counted, so the newest write is compared.</summary>
    private static async Task AssertAllThereAsync(KV.KVClient kv, Put[] puts)
    {
        var range = await kv.RangeAsync(new RangeRequest
        {
            Key = ByteString.CopyFromUtf8("k/"), RangeEnd = ByteString.CopyFromUtf8("k0"),
        });
        var stored = range.Kvs.ToDictionary(pair => pair.Key.ToStringUtf8());

        Assert.Equal(Clients * PutsPerClient, puts.Length);
        Assert.Equal(puts.Length, stored.Count);
        foreach (var put in puts)
        {
            Assert.Equal(put.Revision, stored[put.Key].ModRevision);
            Assert.Equal(Value, stored[put.Key].Value.ToByteArray());
        }

        foreach (var client in puts.GroupBy(put => put.Key[..4]))
        {
            long[] revisions = [.. client.Select(put => put.Revision)];
            Assert.Equal(revisions.Order(), revisions);
        }
    }

    /// <summary>The watcher has seen one event for every revision of the history, in order.</summary>
    private static async Task AssertEventsAsync(KV.KVClient kv, EventCollector watcher)
    {
        var now = await kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("k/") });
        long[] seen = await watcher.UntilAsync(now.Header.Revision, TimeSpan.FromSeconds(30));

        // Only puts of this prefix happened, one a revision, from revision 2 on.
        Assert.Equal(Enumerable.Range(2, (int)now.Header.Revision - 1).Select(revision => (long)revision), seen);
    }

    private sealed record Put(string Key, long Revision);
}
