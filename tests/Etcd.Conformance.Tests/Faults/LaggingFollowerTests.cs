using System.Diagnostics;
using Etcdserverpb;
using Google.Protobuf;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>A follower comes back while clients go on writing.</summary>
public sealed class LaggingFollowerTests
{
    private const int Writers = 8;
    private const int Missed = 3_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private long _written;

    [Fact]
    public async Task Follower_that_was_away_catches_up_from_the_log_while_clients_write()
    {
        // The log keeps a thousand entries at most, when nobody lags.
        await using var cluster = await Cluster.StartOursAsync(3, "--experimental-snapshot-catchup-entries=500");
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(10));
        var late = cluster.Members.First(member => member != leader);
        await late.Process.KillAsync();
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => WriteAsync(leader.Kv, writer, stop.Token))];
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref _written) >= Missed), "entries to miss");

        late.Launch();
        await late.UntilHealthyAsync();
        long goal = await RevisionAsync(leader);
        await UntilAsync(async () => await RevisionAsync(late) >= goal, "the late member");
        Assert.DoesNotContain(writers, static writer => writer.IsCompleted);

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.DoesNotContain(
            File.ReadLines(leader.Process.LogFile),
            static line => line.Contains("sending database snapshot", StringComparison.Ordinal));
    }

    private async Task WriteAsync(KV.KVClient kv, int writer, CancellationToken stop)
    {
        var put = new PutRequest { Key = ByteString.CopyFromUtf8($"key-{writer}"), Value = ByteString.CopyFrom(new byte[100]) };
        while (!stop.IsCancellationRequested)
        {
            await kv.PutAsync(put, deadline: DateTime.UtcNow + Limit, cancellationToken: CancellationToken.None);
            Interlocked.Increment(ref _written);

            // Fewer than the follower can apply beside it.
            await Task.Delay(1, CancellationToken.None);
        }
    }

    private static async Task<long> RevisionAsync(Cluster.Member member)
    {
        var read = new RangeRequest { Key = ByteString.CopyFromUtf8("key-0"), Serializable = true };
        return (await member.Kv.RangeAsync(read, deadline: DateTime.UtcNow + Limit)).Header.Revision;
    }

    private static async Task UntilAsync(Func<Task<bool>> isReached, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await isReached())
        {
            Assert.True(waited.Elapsed < Limit, $"{what}: not there within {Limit}");
            await Task.Delay(20);
        }
    }
}
