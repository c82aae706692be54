using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <content>Watches that lag, large responses, sinks without room, replaced stores.</content>
public sealed partial class WatchShardTests
{
    [Fact]
    public void Catch_up_responses_hold_at_most_a_thousand_revisions()
    {
        for (int count = 0; count < 5000; count++)
        {
            _store.Apply("v", "a");
        }

        WatchShard shard = new(Options(), _store);
        WatchStreamState stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("a", start: 2), denial: null);
        while (shard.CatchUp())
        {
        }

        List<int> sizes = [];
        long next = 2;
        _sink.Take();
        while (_sink.Count > 0)
        {
            WatchResponse response = _sink.Take().Response;
            Assert.Equal(5001, response.Header.Revision);
            sizes.Add(response.Events.Count);
            foreach (Event change in response.Events)
            {
                Assert.Equal(next++, change.Kv.ModRevision);
            }
        }

        Assert.Equal([1000, 1000, 1000, 1000, 1000], sizes);
        Assert.Equal(5, _store.Reads);
    }

    [Fact]
    public void Watches_that_are_behind_share_one_read()
    {
        for (int count = 0; count < 900; count++)
        {
            _store.Apply("v", "a");
        }

        WatchShard shard = new(Options(), _store);
        for (int count = 0; count < 100; count++)
        {
            WatchStreamState stream = shard.OpenStream(new RecordingSink(int.MaxValue), 0);
            shard.Handle(stream, CreateRequest("a", start: 2), denial: null);
        }

        while (shard.CatchUp())
        {
        }

        Assert.Equal(0, shard.SlowWatcherCount);
        Assert.Equal(90_000, shard.SentEventCount);
        Assert.Equal(1, _store.Reads);
    }

    [Fact]
    public void Large_response_is_cut_only_for_those_who_asked()
    {
        string half = new('x', 900 * 1024);
        Create("", "\0", fragment: true);
        Create("", "\0");
        Drain();

        _store.Apply(half, "a", "b", "c", "d", "e");
        _shard.Publish(_store.NextBatch(1)!);

        List<(long Id, bool Fragment, int Count, bool Small)> pieces = [];
        while (_sink.Count > 0)
        {
            (WatchResponse piece, int size) = _sink.Take();
            _shard.ReturnCredit(_stream, size);
            CatchUp();
            pieces.Add((piece.WatchId, piece.Fragment, piece.Events.Count, size < 2 * 1024 * 1024));
            Assert.Equal(2, piece.Header.Revision);
        }

        Assert.Equal([(0, true, 2, true), (0, true, 2, true), (0, false, 1, true), (1, false, 5, false)], pieces);
    }

    [Fact]
    public void Slow_stream_waits_while_others_go_on()
    {
        WatchStreamState slow = _shard.OpenStream(new RecordingSink(int.MaxValue), 0);
        _shard.Handle(slow, CreateRequest("a"), denial: null);
        Create("a");
        string large = new('x', 5 * 1024 * 1024);
        _store.Apply(large, "a");
        _shard.Publish(_store.NextBatch(1)!);
        while (_sink.Count > 0)
        {
            _shard.ReturnCredit(_stream, _sink.Take().SizeBytes);
        }

        Write("a");
        Write("a");
        CatchUp();

        Assert.Equal(["0 @3 a=v3", "0 @4 a=v4"], Drain());
        Assert.Equal(1, _shard.SlowWatcherCount);

        RecordingSink slowSink = (RecordingSink)slow.Sink;
        slowSink.Take();
        _shard.ReturnCredit(slow, slowSink.Take().SizeBytes);
        CatchUp();

        Assert.Equal("0 @4 a=v3 a=v4", Text(slowSink.Take().Response));
        Assert.Equal(0, _shard.SlowWatcherCount);
    }

    [Fact]
    public void Lagging_watch_is_served_from_memory_and_ends_when_only_the_store_had_it()
    {
        WatchShard shard = new(Options() with { RecentRevisions = 4, StreamCreditBytes = 1 }, _store);
        WatchStreamState stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("a"), denial: null);
        for (int revision = 2; revision <= 6; revision++)
        {
            _store.Apply($"v{revision}", "a");
            shard.Publish(_store.NextBatch(1)!);
        }

        _store.Compact(5);
        shard.ReturnCredit(stream, _sink.Take().SizeBytes);
        shard.CatchUp();
        Assert.Equal("canceled 0 @0 compacted 5", Text(_sink.Take().Response));
        shard.CloseStream(stream);

        stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("a"), denial: null);
        _store.Apply("v7", "a");
        shard.Publish(_store.NextBatch(1)!);
        _store.Compact(7);
        _store.Apply("v8", "a");
        shard.Publish(_store.NextBatch(1)!);
        shard.ReturnCredit(stream, _sink.Take().SizeBytes);
        shard.CatchUp();
        Assert.Equal("0 @8 a=v7 a=v8", Text(_sink.Take().Response));
    }

    [Fact]
    public void Full_sink_keeps_the_order()
    {
        RecordingSink sink = new(places: 1);
        WatchStreamState stream = _shard.OpenStream(sink, 0);
        _shard.Handle(stream, CreateRequest("a"), denial: null);
        _shard.Handle(stream, CreateRequest("b"), denial: null);
        Write("a", "b");
        Assert.Equal(1, stream.WaitingResponses);
        _shard.Handle(stream, CancelRequest(1), denial: null);

        List<string> texts = [];
        while (sink.Count > 0)
        {
            (WatchResponse response, int size) = sink.Take();
            texts.Add(Text(response));
            _shard.ReturnCredit(stream, size);
            CatchUp();
        }

        Assert.Equal(["created 0 @1", "created 1 @1", "canceled 1 @2", "0 @2 a=v2"], texts);
    }

    [Fact]
    public void Restored_store_continues_without_gap()
    {
        Create("a");
        Create("a", start: 3);
        Create("a", start: 90);
        Write("a");
        Drain();

        _store.Apply("v3", "a");
        _store.Apply("v4", "a");
        _store.SkipBatches();
        _shard.Restore();
        CatchUp();
        Write("a");

        Assert.Equal(
            ["0 @4 a=v3 a=v4", "1 @4 a=v3 a=v4", "0 @5 a=v5", "1 @5 a=v5"],
            Drain().OrderBy(static text => text[2..], StringComparer.Ordinal));
    }

    [Fact]
    public void Missing_revision_stops_the_shard()
    {
        _store.Apply("v2", "a");
        _store.Apply("v3", "a");
        _store.NextBatch(1);

        Assert.Throws<InvalidOperationException>(() => _shard.Publish(_store.NextBatch(1)!));
    }

    [Fact]
    public void Closed_stream_gets_nothing_and_is_forgotten()
    {
        Create("a");
        Create("", "\0", start: 0);
        Drain();
        _shard.CloseStream(_stream);
        _shard.CloseStream(_stream);

        Write("a");
        Create("a");
        _shard.ReturnCredit(_stream, 1);
        _shard.Tick(100_000);

        Assert.Empty(Drain());
        Assert.Equal((0, 0), (_shard.WatcherCount, _shard.StreamCount));
    }
}
