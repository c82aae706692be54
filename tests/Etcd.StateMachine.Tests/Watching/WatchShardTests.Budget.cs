using Etcd.StateMachine.Watching;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <content>What all streams of a shard may have in flight together.</content>
public sealed partial class WatchShardTests
{
    private const int ValueBytes = 1000;
    private const int StuckStreams = 40;

    private static readonly WatchShardOptions Tight = Options() with
    {
        StreamCreditBytes = 64 * ValueBytes,
        InFlightBytes = 256 * ValueBytes,
        ReservedBytes = 4 * ValueBytes,
        CatchUpBytes = 16 * ValueBytes,
    };

    [Fact]
    public void Stuck_streams_that_replay_from_different_revisions_share_the_budget()
    {
        WatchShard shard = Stuck(revisions: 200, out _);

        // Without the budget each would hold its credit, ten times as much together. Beyond the budget a stream has
        // what is reserved and the response that crosses it.
        Assert.Equal(StuckStreams, shard.SlowWatcherCount);
        Assert.InRange(
            shard.InFlightBytes, Tight.InFlightBytes / 2, Tight.InFlightBytes + (StuckStreams * 6 * ValueBytes));
    }

    [Fact]
    public void Reading_stream_beside_stuck_ones_gets_everything_in_order()
    {
        WatchShard shard = Stuck(revisions: 200, out _);
        WatchStreamState stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("k", "\0", start: 2), denial: null);

        List<long> revisions = [];
        for (int written = 0; written < 100; written++)
        {
            _store.Apply(new string('v', ValueBytes), "k");
            shard.Publish(_store.NextBatch(1)!);
            shard.CatchUp();
            revisions.AddRange(ReadOne(shard, stream));
        }

        while (shard.CatchUp() || _sink.Count > 0)
        {
            revisions.AddRange(ReadOne(shard, stream));
        }

        Assert.Equal(Range(2, _store.Revision), revisions);
        Assert.Equal(StuckStreams, shard.SlowWatcherCount);
    }

    [Fact]
    public void Stuck_streams_that_read_at_last_get_everything_in_order()
    {
        WatchShard shard = Stuck(revisions: 200, out List<WatchStreamState> streams);
        List<List<long>> revisions = [.. streams.Select(static _ => new List<long>())];

        for (int round = 0; shard.SlowWatcherCount > 0 || shard.InFlightBytes > 0; round++)
        {
            Assert.InRange(round, 0, 10_000);
            shard.CatchUp();
            for (int index = 0; index < streams.Count; index++)
            {
                revisions[index].AddRange(ReadOne(shard, streams[index]));
            }
        }

        for (int index = 0; index < streams.Count; index++)
        {
            Assert.Equal(Range(index + 2, _store.Revision), revisions[index]);
        }
    }

    [Fact]
    public void Spent_budget_holds_up_no_answer()
    {
        WatchShard shard = Stuck(revisions: 200, out _);
        WatchStreamState stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("x"), denial: null);
        shard.Handle(stream, CreateRequest("y"), denial: null);
        _store.Apply(new string('v', 2 * (int)Tight.ReservedBytes), "x");
        shard.Publish(_store.NextBatch(1)!);
        shard.Handle(stream, new WatchRequest { ProgressRequest = new WatchProgressRequest() }, denial: null);
        shard.Handle(stream, CancelRequest(1), denial: null);

        Assert.Equal(
            ["created 0 @201", "created 1 @201", "event", "-1 @202", "canceled 1 @202"],
            Drain().Select(static text => text.StartsWith("0 @202 x=", StringComparison.Ordinal) ? "event" : text));
    }

    [Fact]
    public void Closed_streams_give_their_share_back()
    {
        WatchShard shard = Stuck(revisions: 200, out List<WatchStreamState> streams);
        foreach (WatchStreamState stuck in streams)
        {
            shard.CloseStream(stuck);
            shard.ReturnCredit(stuck, 1000);
        }

        Assert.Equal(0, shard.InFlightBytes);
        WatchStreamState stream = shard.OpenStream(_sink, 0);
        shard.Handle(stream, CreateRequest("k", "\0", start: 2), denial: null);
        while (shard.CatchUp())
        {
        }

        Assert.InRange(
            shard.InFlightBytes, Tight.InFlightBytes / 16, Tight.StreamCreditBytes + (2 * Tight.CatchUpBytes));
        shard.ReturnCredit(stream, long.MaxValue);
        Assert.InRange(shard.InFlightBytes, 0, Tight.CatchUpBytes);
    }

    /// <summary>A shard whose streams have caught up from revisions of their own as far as they may without being read.
    /// </summary>
    private WatchShard Stuck(int revisions, out List<WatchStreamState> streams)
    {
        WatchShard shard = new(Tight with { RecentRevisions = 1 }, _store);
        for (int written = 0; written < revisions; written++)
        {
            _store.Apply(new string('v', ValueBytes), "k");
            shard.Publish(_store.NextBatch(1)!);
        }

        streams = [];
        for (int start = 2; start < StuckStreams + 2; start++)
        {
            WatchStreamState stream = shard.OpenStream(new RecordingSink(places: 1000), 0);
            shard.Handle(stream, CreateRequest("k", "\0", start), denial: null);
            while (shard.CatchUp())
            {
            }

            streams.Add(stream);
        }

        return shard;
    }

    /// <summary>Takes one response; the revisions of its events.</summary>
    private static IEnumerable<long> ReadOne(WatchShard shard, WatchStreamState stream)
    {
        var sink = (RecordingSink)stream.Sink;
        if (sink.Count == 0)
        {
            return [];
        }

        (WatchResponse response, int sizeBytes) = sink.Take();
        shard.ReturnCredit(stream, sizeBytes);
        return [.. response.Events.Select(static change => change.Kv.ModRevision)];
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (long revision = first; revision <= last; revision++)
        {
            yield return revision;
        }
    }
}
