using Etcdserverpb;
using Google.Protobuf;
using static Etcd.Conformance.Tests.Tables.Requests;
using EventType = Mvccpb.Event.Types.EventType;
using Filter = Etcdserverpb.WatchCreateRequest.Types.FilterType;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Watch, item by item: which events come, and how they are batched.</summary>
public sealed class WatchEventTableTests(Pair pair) : IClassFixture<Pair>
{
    [Fact]
    public async Task W01_put_has_the_whole_pair_and_delete_key_and_revision_only()
    {
        await pair.SameAsync(Grant(101, 3600));
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W01"));
        await pair.PutAsync("W01", "v", lease: 101);
        var put = (await watch.NextAsync()).Events[0];
        Assert.Equal((EventType.Put, "v", 101, 1), (
            put.Type, put.Kv.Value.ToStringUtf8(), put.Kv.Lease, put.Kv.Version));
        await pair.SameAsync(Delete("W01"));
        var deleted = (await watch.NextAsync()).Events[0];
        Assert.Equal(
            new Mvccpb.KeyValue { Key = Bytes("W01"), ModRevision = pair.Revision }, deleted.Kv);
        Assert.Equal(EventType.Delete, deleted.Type);
    }

    [Fact]
    public async Task W09_history_is_replayed_in_order_without_gaps()
    {
        await pair.PutAsync("W09/first", "v");
        long first = pair.Revision;
        for (int number = 0; number < 30; number++)
        {
            await pair.PutAsync($"W09/{number % 7}", $"v{number}");
            if (number % 5 == 4)
            {
                await pair.SameAsync(Delete($"W09/{number % 7}"));
            }
        }

        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W09", "W0:", first));
        var events = await watch.EventsAsync(37);
        Assert.Equal(Enumerable.Range(0, 37).Select(number => first + number), events.Select(e => e.Kv.ModRevision));
    }

    [Fact]
    public async Task W11_events_of_a_txn_come_in_one_response_in_operation_order()
    {
        await pair.PutAsync("W11/c", "old");
        long before = pair.Revision;
        var txn = Txn(
            Op(Put("W11/b", "1")), Op(Delete("W11/c")), Op(Txn(Op(Put("W11/a", "2")))), Op(Put("W11/z", "3")));
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W11/", "W110"));
        await pair.SameAsync<TxnResponse>(txn);
        var live = await watch.NextAsync();
        Assert.Equal(
            ["W11/b", "W11/c", "W11/a", "W11/z"], live.Events.Select(change => change.Kv.Key.ToStringUtf8()));
        await using var replay = WatchPair.Open(pair);
        await replay.CreateAsync(Watch("W11/", "W110", before + 1));
        Assert.Equal(live.Events, (await replay.NextAsync()).Events);
    }

    [Fact]
    public async Task W12_previous_pair_comes_with_change_and_delete_and_not_with_creation()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W12", "", create => create.PrevKv = true));
        await pair.PutAsync("W12", "a");
        await pair.PutAsync("W12", "b");
        await pair.SameAsync(Delete("W12"));
        await pair.PutAsync("W12", "c");
        var events = await watch.EventsAsync(4);
        Assert.Equal(["-", "a", "b", "-"], events.Select(change => change.PrevKv?.Value.ToStringUtf8() ?? "-"));
    }

    [Fact]
    public async Task W12_previous_pair_that_is_compacted_is_absent()
    {
        await pair.PutAsync("W12/compacted", "a");
        await pair.PutAsync("W12/compacted", "b");
        await pair.PutAsync("W12/compacted", "c");
        long compacted = pair.Revision - 1;
        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = compacted, Physical = true });
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W12/compacted", "", create =>
            (create.PrevKv, create.StartRevision) = (true, compacted)));
        var events = await watch.EventsAsync(2);
        Assert.Equal(["-", "b"], events.Select(change => change.PrevKv?.Value.ToStringUtf8() ?? "-"));
    }

    [Fact]
    public async Task W13_filters_drop_their_type()
    {
        Filter[][] filters = [[Filter.Noput], [Filter.Nodelete], [Filter.Noput, Filter.Nodelete], []];
        await using var watch = WatchPair.Open(pair);
        foreach (var filter in filters)
        {
            await watch.CreateAsync(Watch("W13", "", create => create.Filters.Add(filter)));
        }

        await pair.PutAsync("W13", "v");
        await pair.SameAsync(Delete("W13"));
        await pair.PutAsync("W13", "last");
        var (expected, actual) = await watch.AllOfAsync(6);
        Assert.Equal(expected, actual);
        Assert.Equal(
            ["0 Delete", "1 Put", "1 Put", "3 Delete", "3 Put", "3 Put"],
            actual.SelectMany(
                response => response.Events.Select(change => $"{response.WatchId} {change.Type}")).Order());
    }

    [Fact]
    public async Task W14_large_response_comes_in_fragments_when_the_client_takes_them()
    {
        const int Keys = 30;
        var value = ByteString.CopyFrom(new byte[100_000]);
        for (int number = 0; number < Keys; number++)
        {
            await pair.SameAsync(new PutRequest { Key = Bytes($"W14/{number:d2}"), Value = value });
        }

        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W14/", "W140", create => (create.PrevKv, create.Fragment) = (true, true)));
        await watch.CreateAsync(Watch("W14/", "W140", create => create.PrevKv = true));
        await pair.SameAsync(Delete("W14/", "W140"));
        var (expected, actual) = await watch.AllOfAsync(3);
        Assert.Equal(expected.Select(Shape), actual.Select(Shape));
        var pieces = actual.Where(response => response.WatchId == 0).ToArray();
        Assert.Equal([true, false], pieces.Select(piece => piece.Fragment));
        Assert.Equal(Keys, pieces.Sum(piece => piece.Events.Count));
        Assert.All(pieces, piece => Assert.InRange(piece.CalculateSize(), 1, (2 << 20) + 100_100));
        Assert.Equal(Keys, actual.Single(response => response.WatchId == 1).Events.Count);

        static (long, bool, int) Shape(WatchResponse response) =>
            (response.WatchId, response.Fragment, response.Events.Count);
    }

    [Fact]
    public async Task W25_stream_that_is_not_read_blocks_no_other_and_loses_nothing()
    {
        const int Revisions = 60;
        var value = ByteString.CopyFrom(new byte[400_000]);
        long first = pair.Revision + 1;
        await using var slow = WatchPair.OpenWithoutReading(pair);
        await using var quick = WatchPair.Open(pair);
        await slow.SendAsync(Watch("W25"));
        await quick.CreateAsync(Watch("W25"));
        for (int version = 0; version < Revisions; version++)
        {
            await pair.SameAsync(new PutRequest { Key = Bytes("W25"), Value = value });
            Assert.Equal(pair.Revision, (await quick.EventsAsync(1))[0].Kv.ModRevision);
        }

        slow.StartReading();
        var events = await slow.EventsAsync(Revisions);
        Assert.Equal(
            Enumerable.Range(0, Revisions).Select(version => first + version),
            events.Select(change => change.Kv.ModRevision));
    }

    [Fact]
    public async Task W26_catching_up_comes_in_batches_of_at_most_1000_revisions()
    {
        const int Revisions = 3000;
        long first = pair.Revision + 1;
        await pair.ManyAsync(Put("W26", "v"), Revisions);
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W26", from: first));
        long last = pair.Revision;
        var (expected, actual) = await watch.UntilAsync(response => response.Events[^1].Kv.ModRevision == last);
        foreach (var responses in (List<WatchResponse>[])[expected, actual])
        {
            Assert.All(responses, response => Assert.InRange(response.Events.Count, 1, 1000));
            Assert.Equal(
                Enumerable.Range(0, Revisions).Select(version => first + version),
                responses.SelectMany(response => response.Events).Select(change => change.Kv.ModRevision));
        }
    }

    [Fact]
    public async Task W29_keys_of_an_expired_lease_go_in_one_revision_in_order()
    {
        await pair.SameAsync<LeaseGrantResponse>(Grant(129, 5));
        await pair.SameAsync<TxnResponse>(
            Txn([.. "cadb".Select(name => Op(Put($"W29/{name}", "v", lease: 129)))]));
        long put = pair.Revision;
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W29/", "W290", create => create.StartRevision = put + 1));
        var response = await watch.NextAsync();
        Assert.Equal(
            ["W29/a", "W29/b", "W29/c", "W29/d"], response.Events.Select(change => change.Kv.Key.ToStringUtf8()));
        Assert.All(response.Events, change => Assert.Equal(
            (EventType.Delete, put + 1), (change.Type, change.Kv.ModRevision)));
        Assert.Equal(0, (await pair.GetAsync("W29/", "W290")).Count);
    }
}
