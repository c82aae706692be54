using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Tests.State;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <summary>Watches over the real store: rows read back from the engine give the events that were published.</summary>
public sealed class StateWatchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Watch_of_everything_equals_the_published_events(int seed)
    {
        Random random = new(seed);
        StateHarness harness = new();
        History history = new(harness);
        WatchShardOptions options = new()
        {
            ClusterId = 1,
            MemberId = 2,
            RecentRevisions = random.Next(1, 20),
            StreamCreditBytes = random.Next(1, 2000),
            InFlightBytes = random.Next(1, 8000),
            ReservedBytes = random.Next(1, 500),
            CatchUpRevisions = random.Next(1, 30),
        };
        WatchShard shard = new(options, history);
        RequestGenerator requests = new(random);
        Reader reader = new(shard, harness);
        int published = 0;
        for (int round = 0; round < 1500; round++)
        {
            harness.ApplyOnly(requests.Next(harness.View.Revision));
            if (random.Next(3) == 0)
            {
                harness.Commit();
                if (harness.Events.Count > published)
                {
                    shard.Publish(new EventBatch(harness.Events[published..]));
                    published = harness.Events.Count;
                }

                harness.State.StepCompaction(random.Next(1, 50));
            }

            if (random.Next(4) == 0)
            {
                shard.CatchUp();
                reader.Read(random.Next(3));
            }
        }

        harness.Commit();
        shard.Publish(new EventBatch(harness.Events[published..]));
        while (shard.CatchUp() | reader.Read(int.MaxValue))
        {
        }

        Assert.Equal(harness.View.Revision + 1, reader.NextRevision);
        Assert.True(reader.EventCount > 300, $"only {reader.EventCount} events were compared");
    }

    private sealed class History(StateHarness harness) : IWatchHistory
    {
        public long Revision => harness.View.Revision;

        public long CompactRevision => harness.View.CompactRevision;

        public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
            long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
            harness.View.ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);

        public KeyValue? GetAt(ByteString key, long revision)
        {
            MvccView view = harness.View;
            return revision < view.CompactRevision ? null : view.GetAt(key, revision);
        }
    }

    /// <summary>Watches everything with previous values; starts again at the compact revision when it must.</summary>
    private sealed class Reader
    {
        private readonly WatchShard _shard;
        private readonly StateHarness _harness;
        private readonly RecordingSink _sink = new(places: 4);
        private WatchStreamState _stream;

        public Reader(WatchShard shard, StateHarness harness)
        {
            _shard = shard;
            _harness = harness;
            _stream = shard.OpenStream(_sink, 0);
            Watch(1);
        }

        public long NextRevision { get; private set; }

        public int EventCount { get; private set; }

        public bool Read(int count)
        {
            bool any = false;
            for (; count > 0 && _sink.Count > 0; count--)
            {
                any = true;
                (WatchResponse response, int sizeBytes) = _sink.Take();
                if (response.CompactRevision != 0)
                {
                    Assert.True(NextRevision < response.CompactRevision);
                    _shard.CloseStream(_stream);
                    _stream = _shard.OpenStream(_sink, 0);
                    Watch(response.CompactRevision);
                    continue;
                }

                Compare(response.Events);
                _shard.ReturnCredit(_stream, sizeBytes);
            }

            return any;
        }

        private void Watch(long start)
        {
            NextRevision = Math.Max(2, start);
            WatchCreateRequest create = new()
            {
                RangeEnd = ByteString.CopyFrom(0),
                StartRevision = start,
                PrevKv = true,
            };
            _shard.Handle(_stream, new WatchRequest { CreateRequest = create }, denial: null);
        }

        private void Compare(Google.Protobuf.Collections.RepeatedField<Event> events)
        {
            EventCount += events.Count;
            int position = 0;
            while (position < events.Count)
            {
                RevisionEvents expected = _harness.Events[(int)NextRevision - 2];
                Assert.Equal(NextRevision, expected.Revision);
                foreach (Event change in expected.Events)
                {
                    Event actual = events[position];
                    if (!change.Kv.Equals(actual.Kv) && NextRevision <= _harness.View.CompactRevision)
                    {
                        // A compaction at this revision keeps one of several changes of a key within it.
                        continue;
                    }

                    Assert.Equal(change.Kv, actual.Kv);
                    Assert.Equal(change.Type, actual.Type);
                    AssertPrevious(actual);
                    position++;
                    if (position == events.Count)
                    {
                        break;
                    }
                }

                NextRevision++;
            }
        }

        private void AssertPrevious(Event actual)
        {
            KeyValue? expected = null;
            for (int index = (int)actual.Kv.ModRevision - 3; index >= 0 && expected is null; index--)
            {
                Event? last = _harness.Events[index].Events.LastOrDefault(one => one.Kv.Key.Equals(actual.Kv.Key));
                if (last is not null)
                {
                    expected = last.Kv;
                    if (last.Type == Event.Types.EventType.Delete)
                    {
                        expected = null;
                        break;
                    }
                }
            }

            bool isCompacted = actual.PrevKv is null && actual.Kv.ModRevision - 1 < _harness.View.CompactRevision;
            Assert.True(
                isCompacted || IsCreation(actual) || Equals(expected, actual.PrevKv),
                $"previous of {actual} is not {expected}");
        }

        private static bool IsCreation(Event change) => change.Type == Event.Types.EventType.Put
            && change.Kv.CreateRevision == change.Kv.ModRevision && change.PrevKv is null;
    }
}
