using System.Diagnostics;
using System.Globalization;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>
/// Members are killed, paused and started again at random while clients write and read. Each key has one writer that
/// counts up, so a linearizable read can be judged at once: not older than what was acknowledged before it began, not
/// newer than what was sent before it ended, not older than what any read saw that ended before it began.
/// </summary>
public sealed class RandomFaultsTests
{
    private const int Keys = 12;

    /// <summary>What a client waits after an error, so that it does not take the processor from the members.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly long[] _sent = new long[Keys];
    private readonly long[] _known = new long[Keys];
    private long _reads;
    private long _writes;

    [Theory]
    [InlineData(1)]
    public async Task U07_reads_stay_linearizable_while_members_fail(int seed)
    {
        // A longer run: ETCD_FAULTS_SECONDS=600 and a seed in ETCD_FAULTS_SEED.
        var duration = TimeSpan.FromSeconds(Setting("ETCD_FAULTS_SECONDS", 20));
        var random = new Random(Setting("ETCD_FAULTS_SEED", seed));
        await using var cluster = await Cluster.StartOursAsync(3, "--snapshot-count=1000");
        using var stop = new CancellationTokenSource();
        Task[] clients =
        [
            .. Enumerable.Range(0, Keys).Select(key => Task.Run(() => WriteAsync(cluster, key, stop.Token))),
            .. Enumerable.Range(0, 8).Select(reader => Task.Run(() => ReadAsync(cluster, reader, stop.Token))),
        ];

        var running = Stopwatch.StartNew();
        try
        {
            while (running.Elapsed < duration && !clients.Any(client => client.IsCompleted))
            {
                await FailOneAsync(cluster, random);
                AssertAllRun(cluster);
            }

            await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(clients);

        Assert.True(_writes > 100 && _reads > 100, $"{_writes} writes and {_reads} reads only");
        await AssertAgreeAsync(cluster);
    }

    /// <summary>No member ends but by a signal of the test's.</summary>
    private static void AssertAllRun(Cluster cluster) => Assert.All(
        cluster.Members,
        member => Assert.True(member.IsRunning, $"{member.Name} ended by itself:\n{member.Process.LogTail()}"));

    private static async Task FailOneAsync(Cluster cluster, Random random)
    {
        var victims = random.Next(4) == 0
            ? cluster.Members.ToArray()
            : [cluster.Members[random.Next(cluster.Members.Count)]];
        bool kill = random.Next(2) == 0;
        foreach (var victim in victims)
        {
            await (kill ? victim.Process.KillAsync() : victim.Process.PauseAsync());
        }

        await Task.Delay(random.Next(100, 2500));
        if (kill)
        {
            foreach (var victim in victims)
            {
                victim.Launch();
            }

            await Task.WhenAll(victims.Select(victim => victim.UntilHealthyAsync()));
        }
        else
        {
            Array.ForEach(victims, victim => victim.Process.Resume());
        }

        await Task.Delay(random.Next(100, 1500));
    }

    /// <summary>
    /// Each put is conditional on the revision that the writer knows: an attempt whose answer was lost cannot be
    /// applied behind a later one.
    /// </summary>
    private async Task WriteAsync(Cluster cluster, int key, CancellationToken stop)
    {
        long? revision = null;
        for (int attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            var kv = Member(cluster, key + attempt).Kv;
            try
            {
                revision ??= await RevisionAsync(kv, key, stop);
                long value = ++_sent[key];
                var txn = await kv.TxnAsync(
                    PutIfUnchanged(key, value, revision.Value),
                    deadline: DateTime.UtcNow.AddSeconds(8), cancellationToken: stop);
                revision = txn.Succeeded ? txn.Header.Revision : null;
                if (txn.Succeeded)
                {
                    Raise(ref _known[key], value);
                    Interlocked.Increment(ref _writes);
                }
            }
            catch (RpcException error)
            {
                AssertExpected(error, stop);
                revision = null;
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private static async Task<long> RevisionAsync(KV.KVClient kv, int key, CancellationToken stop)
    {
        var range = await kv.RangeAsync(
            new RangeRequest { Key = Key(key) }, deadline: DateTime.UtcNow.AddSeconds(8), cancellationToken: stop);
        return range.Count == 0 ? 0 : range.Kvs[0].ModRevision;
    }

    private static TxnRequest PutIfUnchanged(int key, long value, long revision) => new()
    {
        Compare =
        {
            new Compare { Key = Key(key), Target = Compare.Types.CompareTarget.Mod, ModRevision = revision },
        },
        Success =
        {
            new RequestOp
            {
                RequestPut = new PutRequest { Key = Key(key), Value = ByteString.CopyFromUtf8(Text(value)) },
            },
        },
    };

    private async Task ReadAsync(Cluster cluster, int reader, CancellationToken stop)
    {
        for (int attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            int key = (reader + attempt) % Keys;
            long atLeast = Volatile.Read(ref _known[key]);
            try
            {
                var range = await Member(cluster, reader + attempt).Kv.RangeAsync(
                    new RangeRequest { Key = Key(key) },
                    deadline: DateTime.UtcNow.AddSeconds(8), cancellationToken: stop);
                long value = range.Count == 0
                    ? 0
                    : long.Parse(range.Kvs[0].Value.ToStringUtf8(), CultureInfo.InvariantCulture);
                long atMost = Volatile.Read(ref _sent[key]);
                Assert.True(
                    value >= atLeast && value <= atMost, $"key {key}: read {value}, expected {atLeast} to {atMost}");
                Raise(ref _known[key], value);
                Interlocked.Increment(ref _reads);
            }
            catch (RpcException error)
            {
                AssertExpected(error, stop);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    /// <summary>The stores agree up to a revision: what clients gave up may be applied still, and raises it.</summary>
    private static async Task AssertAgreeAsync(Cluster cluster)
    {
        var newest = await cluster.Members[0].Kv.RangeAsync(new RangeRequest { Key = Key(0) });
        var hashes = new HashSet<uint>();
        foreach (var member in cluster.Members)
        {
            // A linearizable read, so that the member has come as far.
            await member.Kv.RangeAsync(new RangeRequest { Key = Key(0) });
            var hash = await member.Maintenance.HashKVAsync(new HashKVRequest { Revision = newest.Header.Revision });
            hashes.Add(hash.Hash);
        }

        Assert.Single(hashes);
    }

    private static void AssertExpected(RpcException error, CancellationToken stop) => Assert.True(
        stop.IsCancellationRequested || error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded,
        $"a client saw {error.Status}");

    private static void Raise(ref long place, long value)
    {
        long seen = Volatile.Read(ref place);
        while (seen < value)
        {
            long found = Interlocked.CompareExchange(ref place, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    private static Cluster.Member Member(Cluster cluster, int number) => cluster.Members[number % cluster.Members.Count];

    private static ByteString Key(int key) => ByteString.CopyFromUtf8($"key{key.ToString(CultureInfo.InvariantCulture)}");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;
}
