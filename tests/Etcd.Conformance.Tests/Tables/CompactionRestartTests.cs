using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>What is left of a compaction after a crash.</summary>
public sealed class CompactionRestartTests
{
    private const int Keys = 100;
    private const int Versions = 25;

    [Fact]
    public async Task C07_compaction_survives_a_crash_and_goes_on_where_it_was()
    {
        // Some seconds for all rows, so that the crash comes in the midst of them.
        await using var pair = await Pair.StartAsync(
            "--experimental-compaction-batch-limit=20", "--experimental-compaction-sleep-interval=60ms");
        for (int version = 0; version < Versions; version++)
        {
            await pair.SameAsync<TxnResponse>(Txn(
                [.. Enumerable.Range(0, Keys).Select(key => Op(Put($"C07/{key}", $"v{version}")))]));
        }

        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = pair.Revision });
        await Task.WhenAll(CrashAsync(pair.Reference), CrashAsync(pair.Ours));

        await pair.RefusedAsync(
            new RangeRequest { Key = Bytes("C07/1"), Revision = pair.Revision - 1 },
            StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
        await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("C07/1"), Revision = pair.Revision });
        foreach (var cluster in (Cluster[])[pair.Reference, pair.Ours])
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            int rows;
            while ((rows = await RowsAsync(cluster)) != Keys)
            {
                Assert.False(
                    limit.IsCancellationRequested,
                    $"phase: compaction after the restart; expected: {Keys} rows; actual: {rows}");
                await Task.Delay(100, CancellationToken.None);
            }
        }

        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
    }

    private static async Task CrashAsync(Cluster cluster)
    {
        Assert.InRange(await RowsAsync(cluster), Keys + 1, Keys * Versions);
        await cluster.Members[0].Process.KillAsync();
        await cluster.StartAllAsync();
    }

    private static Task<int> RowsAsync(Cluster cluster) =>
        StoreFiles.RowsAsync(cluster.Members[0], Path.Combine(cluster.Folder, "rows.db"));
}
