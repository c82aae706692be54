using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Compaction, item by item.</summary>
public sealed class CompactionTableTests(Pair pair) : IClassFixture<Pair>
{
    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    private const string Future = "etcdserver: mvcc: required revision is a future revision";

    [Fact]
    public async Task C01_compacted_revision_itself_stays_readable()
    {
        long compacted = await VersionsAsync("C01", 5);
        await CompactAsync(compacted);
        await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("C01"), Revision = compacted });
        await pair.RefusedAsync(
            new RangeRequest { Key = Bytes("C01"), Revision = compacted - 1 }, StatusCode.OutOfRange, Compacted);
    }

    [Fact]
    public async Task C02_compaction_below_and_above_is_refused()
    {
        long compacted = await VersionsAsync("C02", 3);
        await CompactAsync(compacted);
        await pair.RefusedAsync(new CompactionRequest { Revision = compacted }, StatusCode.OutOfRange, Compacted);
        await pair.RefusedAsync(new CompactionRequest { Revision = compacted - 1 }, StatusCode.OutOfRange, Compacted);
        await pair.RefusedAsync(new CompactionRequest { Revision = pair.Revision + 1 }, StatusCode.OutOfRange, Future);
    }

    [Fact]
    public async Task C03_fresh_store_compacts_0_once()
    {
        await using var fresh = await Pair.StartAsync();
        await fresh.RefusedAsync(new CompactionRequest { Revision = -1 }, StatusCode.OutOfRange, Compacted);
        await fresh.RefusedAsync(new CompactionRequest { Revision = 2 }, StatusCode.OutOfRange, Future);
        await fresh.SameAsync<CompactionResponse>(new CompactionRequest());
        await fresh.RefusedAsync(new CompactionRequest(), StatusCode.OutOfRange, Compacted);
        await fresh.SameAsync<CompactionResponse>(new CompactionRequest { Revision = 1 });
        await fresh.RefusedAsync(new CompactionRequest { Revision = 1 }, StatusCode.OutOfRange, Compacted);
    }

    [Fact]
    public async Task C04_physical_compaction_leaves_the_revision_and_the_same_rows()
    {
        long compacted = await VersionsAsync("C04", 50);
        long before = pair.Revision;
        await CompactAsync(compacted, physical: true);
        Assert.Equal(before, pair.Revision);
        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
    }

    [Fact]
    public async Task C05_tombstone_at_the_compacted_revision_stays()
    {
        await pair.PutAsync("C05", "v");
        await pair.SameAsync(Delete("C05"));
        long deleted = pair.Revision;
        await CompactAsync(deleted, physical: true);
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("C05", from: deleted));
        var events = await watch.EventsAsync(1);
        Assert.Equal((Mvccpb.Event.Types.EventType.Delete, deleted), (events[0].Type, events[0].Kv.ModRevision));
        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
    }

    [Fact]
    public async Task C06_older_tombstones_go()
    {
        await pair.PutAsync("C06", "v");
        await pair.SameAsync(Delete("C06"));
        await VersionsAsync("C06/later", 3);
        await CompactAsync(pair.Revision - 1, physical: true);
        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
        await pair.SameAsync<HashKVResponse>(new HashKVRequest { Revision = pair.Revision - 1 });
    }

    /// <summary>Puts a key so many times and gives the revision before the last.</summary>
    private async Task<long> VersionsAsync(string key, int count)
    {
        for (int version = 0; version < count; version++)
        {
            await pair.PutAsync(key, $"v{version}");
        }

        return pair.Revision - 1;
    }

    private Task<CompactionResponse> CompactAsync(long revision, bool physical = false) =>
        pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = revision, Physical = physical });
}
