using System.Collections.Concurrent;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>All members are killed at once and started again.</summary>
public sealed class PowerLossTests
{
    private static readonly string[] Extra = ["--snapshot-count=500"];

    [Fact]
    public async Task U08_all_members_killed_at_once_keep_what_was_acknowledged_and_agree()
    {
        await using var cluster = await Cluster.StartOursAsync(3, Extra);
        var acknowledged = new ConcurrentDictionary<string, long>();
        for (int round = 0; round < 3; round++)
        {
            await PutUntilKilledAsync(cluster, round, acknowledged);
            await cluster.StartAllAsync();
            var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
            await AssertStoredAsync(leader.Kv, acknowledged);
            await AssertEqualAsync(cluster);
        }
    }

    private static async Task PutUntilKilledAsync(
        Cluster cluster, int round, ConcurrentDictionary<string, long> acknowledged)
    {
        using var stop = new CancellationTokenSource();
        int count = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            var kv = cluster.Members[writer % cluster.Members.Count].Kv;
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                string key = $"{round}/{writer:d2}/{number:d5}";
                try
                {
                    var response = await kv.PutAsync(
                        new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(new byte[256]) },
                        cancellationToken: stop.Token);
                    acknowledged[key] = response.Header.Revision;
                    if (Interlocked.Increment(ref count) == 2000)
                    {
                        enough.SetResult();
                    }
                }
                catch (RpcException)
                {
                    // The members are being killed: whatever was not answered may or may not have happened.
                    return;
                }
            }
        })).ToArray();

        await enough.Task.WaitAsync(TimeSpan.FromSeconds(120));
        await Task.WhenAll(cluster.Members.Select(member => member.Process.KillAsync()));
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private static async Task AssertStoredAsync(KV.KVClient kv, ConcurrentDictionary<string, long> acknowledged)
    {
        var all = await kv.RangeAsync(new RangeRequest
        {
            Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), KeysOnly = true,
        });
        var stored = all.Kvs.ToDictionary(pair => pair.Key.ToStringUtf8(), pair => pair.ModRevision);
        foreach (var (key, revision) in acknowledged)
        {
            Assert.True(stored.TryGetValue(key, out long found), $"{key}, acknowledged at {revision}, is lost");
            Assert.Equal(revision, found);
        }
    }

    /// <summary>After a linearizable read on each member all have applied the same; hashes must agree.</summary>
    private static async Task AssertEqualAsync(Cluster cluster)
    {
        var revisions = new HashSet<long>();
        var hashes = new HashSet<uint>();
        foreach (var member in cluster.Members)
        {
            var read = await member.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("x") });
            revisions.Add(read.Header.Revision);
            var hash = await member.Maintenance.HashKVAsync(new HashKVRequest());
            hashes.Add(hash.Hash);
        }

        Assert.Single(revisions);
        Assert.Single(hashes);
    }
}
