using System.Globalization;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <summary>
/// Random writes, deletions, transactions, compactions, snapshots, slow sinks, cancels and reconnects against a model
/// that knows the whole log: every watch sees exactly the matching events from its start, in order, once. Limits are
/// tiny, so that every path is taken within a few thousand steps.
/// </summary>
public sealed class WatchShardModelTests
{
    public static TheoryData<int> Seeds
    {
        get
        {
            TheoryData<int> seeds = [];
            for (int seed = 1; seed <= 40; seed++)
            {
                seeds.Add(seed);
            }

            return seeds;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_watch_sees_its_events_once_and_in_order(int seed)
    {
        World world = new(seed);
        for (int step = 0; step < 3000; step++)
        {
            world.Step();
        }

        world.Settle();
    }

    private sealed class World
    {
        private readonly Random _random;
        private readonly ModelStore _store = new();
        private readonly WatchShard _shard;
        private readonly List<Client> _clients = [];
        private readonly string _seed;
        private long _now;

        public World(int seed)
        {
            _random = new Random(seed);
            _seed = string.Create(CultureInfo.InvariantCulture, $"seed {seed}");
            _shard = new WatchShard(
                new WatchShardOptions
                {
                    ClusterId = 1,
                    MemberId = 2,
                    StreamCreditBytes = _random.Next(1, 600),
                    InFlightBytes = _random.Next(1, 3000),
                    ReservedBytes = _random.Next(1, 200),
                    RecentRevisions = _random.Next(1, 12),
                    RecentBytes = _random.Next(1, 200),
                    CatchUpRevisions = _random.Next(1, 8),
                    CatchUpBytes = _random.Next(1, 200),
                    CatchUpWatchers = _random.Next(1, 6),
                    FragmentBytes = _random.Next(60, 200),
                    ProgressIntervalMilliseconds = 50,
                },
                _store);
        }

        public void Step()
        {
            switch (_random.Next(100))
            {
                case < 25:
                    Write();
                    break;
                case < 40:
                    Publish();
                    break;
                case < 50:
                    _shard.CatchUp();
                    break;
                case < 75 when _clients.Count > 0:
                    Pick().Drain(_random.Next(1, 5));
                    break;
                case < 82 when _clients.Count > 0:
                    Pick().Create(_random);
                    break;
                case < 86 when _clients.Count > 0:
                    Pick().CancelAny(_random);
                    break;
                case < 90 when _clients.Count > 0:
                    Pick().RequestProgress();
                    break;
                case < 93:
                    _now += _random.Next(30);
                    _shard.Tick(_now);
                    break;
                case < 94:
                    _store.Compact(_random.NextInt64(1, _store.Revision + 1));
                    break;
                case < 95:
                    _store.SkipBatches();
                    _shard.Restore();
                    break;
                case < 97 when _clients.Count < 4:
                    _clients.Add(new Client(_store, _shard, _random.Next(1, 6), _now, _seed));
                    break;
                case < 98 when _clients.Count > 0:
                    Reconnect();
                    break;
                default:
                    break;
            }
        }

        /// <summary>Lets everybody read to the end: then nothing may be missing.</summary>
        public void Settle()
        {
            for (int round = 0; round < 100_000; round++)
            {
                bool more = Publish() || _shard.CatchUp();
                foreach (Client client in _clients)
                {
                    more |= client.Drain(int.MaxValue) > 0;
                }

                if (!more)
                {
                    Assert.Equal(0, _shard.SlowWatcherCount);
                    foreach (Client client in _clients)
                    {
                        client.AssertComplete();
                    }

                    return;
                }
            }

            Assert.Fail($"{_seed}: did not settle, {_shard.SlowWatcherCount} watches behind at {_shard.Revision}");
        }

        private void Write()
        {
            string[] keys = new string[_random.Next(1, 4)];
            for (int index = 0; index < keys.Length; index++)
            {
                keys[index] = (_random.Next(3) == 0 ? "-" : string.Empty) + (char)('a' + index + _random.Next(3) * 3);
            }

            _store.Apply(new string('v', _random.Next(1, 60)) + _store.Revision, keys);
        }

        private bool Publish()
        {
            EventBatch? batch = _store.NextBatch(_random.Next(1, 4));
            if (batch is not null)
            {
                _shard.Publish(batch);
            }

            return batch is not null;
        }

        private Client Pick() => _clients[_random.Next(_clients.Count)];

        private void Reconnect()
        {
            int index = _random.Next(_clients.Count);
            _clients[index] = _clients[index].Reconnect(_now);
        }
    }

    /// <summary>A client with one stream that checks all it receives.</summary>
    private sealed class Client
    {
        private readonly ModelStore _store;
        private readonly WatchShard _shard;
        private readonly RecordingSink _sink;
        private readonly WatchStreamState _stream;
        private readonly string _seed;
        private readonly int _places;
        private readonly Dictionary<long, Watch> _watches = [];
        private readonly Queue<Watch> _awaitingCreation = new();

        public Client(ModelStore store, WatchShard shard, int places, long now, string seed)
        {
            _store = store;
            _shard = shard;
            _sink = new RecordingSink(places);
            _places = places;
            _seed = seed;
            _stream = shard.OpenStream(_sink, now);
        }

        public void Create(Random random)
        {
            if (_watches.Count + _awaitingCreation.Count < 5)
            {
                Create(new Watch(random, _store));
            }
        }

        public void CancelAny(Random random)
        {
            if (_watches.Count > 0)
            {
                long id = _watches.Keys.ElementAt(random.Next(_watches.Count));
                _watches[id].IsCancelSent = true;
                Send(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } });
            }
        }

        public void RequestProgress() => Send(new WatchRequest { ProgressRequest = new WatchProgressRequest() });

        /// <summary>Opens a new stream with the living watches, each from where it stopped.</summary>
        public Client Reconnect(long now)
        {
            _shard.CloseStream(_stream);
            Client next = new(_store, _shard, _places, now, _seed);
            foreach (Watch watch in _watches.Values)
            {
                if (!watch.IsCancelSent && !watch.IsCompacted)
                {
                    next.Create(watch.Resume());
                }
            }

            return next;
        }

        public int Drain(int count)
        {
            int taken = 0;
            for (; taken < count && _sink.Count > 0; taken++)
            {
                (WatchResponse response, int sizeBytes) = _sink.Take();
                Receive(response);
                _shard.ReturnCredit(_stream, sizeBytes);
            }

            return taken;
        }

        public void AssertComplete()
        {
            Assert.Empty(_awaitingCreation);
            foreach (Watch watch in _watches.Values)
            {
                Assert.False(watch.IsCancelSent, $"{_seed}: a cancel has no answer");
                Assert.True(
                    watch.IsCompacted || watch.NextMatch(_store.Revision) is null,
                    $"{_seed}: {watch} misses revision {watch.NextMatch(_store.Revision)?.Revision}");
            }
        }

        private void Create(Watch watch)
        {
            _awaitingCreation.Enqueue(watch);
            watch.ResolveStart(_store.Revision);
            Send(new WatchRequest { CreateRequest = watch.Request });
        }

        private void Send(WatchRequest request) => _shard.Handle(_stream, request, denial: null);

        private void Receive(WatchResponse response)
        {
            if (response.Created)
            {
                Assert.False(response.Canceled, $"{_seed}: {response}");
                _watches.Add(response.WatchId, _awaitingCreation.Dequeue());
            }
            else if (response.WatchId == WatchShard.NoWatchId)
            {
                foreach (Watch watch in _watches.Values)
                {
                    AssertSeen(watch, response.Header.Revision);
                }
            }
            else
            {
                Assert.True(_watches.ContainsKey(response.WatchId), $"{_seed}: unknown id in {response}");
                Receive(_watches[response.WatchId], response);
            }
        }

        private void Receive(Watch watch, WatchResponse response)
        {
            if (response.CompactRevision != 0)
            {
                Assert.True(response.Canceled && response.Header.Revision == 0);
                Assert.True(watch.Next < response.CompactRevision, $"{_seed}: {watch} at {response.CompactRevision}");
                watch.IsCompacted = true;
            }
            else if (response.Canceled)
            {
                Assert.True(watch.IsCancelSent);
                _watches.Remove(response.WatchId);
            }
            else if (response.Events.Count == 0)
            {
                Assert.True(watch.Request.ProgressNotify);
                AssertSeen(watch, response.Header.Revision);
            }
            else
            {
                Assert.False(watch.IsCompacted, $"{_seed}: event after the end");
                watch.Receive(response, _seed);
            }
        }

        private void AssertSeen(Watch watch, long revision)
        {
            if (!watch.IsCancelSent)
            {
                RevisionEvents? missing = watch.NextMatch(revision);
                Assert.True(missing is null, $"{_seed}: progress {revision} ahead of {missing?.Revision} of {watch}");
            }
        }
    }

    /// <summary>What one watch must see.</summary>
    private sealed class Watch
    {
        private readonly ModelStore _store;
        private readonly List<Event> _pieces = [];

        public Watch(Random random, ModelStore store)
        {
            _store = store;
            string key = ((char)('a' + random.Next(9))).ToString();
            Request = new WatchCreateRequest
            {
                Key = ByteString.CopyFromUtf8(key),
                PrevKv = random.Next(2) == 0,
                ProgressNotify = random.Next(2) == 0,
                Fragment = random.Next(2) == 0,
                StartRevision = random.Next(2) == 0 ? 0 : random.NextInt64(1, store.Revision + 6),
                RangeEnd = ByteString.CopyFromUtf8(random.Next(4) switch
                {
                    0 => "\0",
                    1 => key + "~",
                    2 => "z",
                    _ => string.Empty,
                }),
            };
            if (random.Next(4) == 0)
            {
                Request.Filters.Add((WatchCreateRequest.Types.FilterType)random.Next(2));
            }
        }

        private Watch(ModelStore store, WatchCreateRequest request)
        {
            _store = store;
            Request = request;
        }

        public WatchCreateRequest Request { get; }

        /// <summary>Everything below was received or does not match.</summary>
        public long Next { get; private set; }

        public bool IsCancelSent { get; set; }

        public bool IsCompacted { get; set; }

        public void ResolveStart(long revision) =>
            Next = Request.StartRevision == 0 ? revision + 1 : Request.StartRevision;

        public Watch Resume()
        {
            WatchCreateRequest request = Request.Clone();
            request.StartRevision = Next;
            return new Watch(_store, request);
        }

        /// <summary>The next revision with matching events, up to a revision.</summary>
        public RevisionEvents? NextMatch(long through)
        {
            for (long revision = Math.Max(2, Next); revision <= Math.Min(through, _store.Revision); revision++)
            {
                List<Event> events = Matching(_store.Log[(int)revision - 2]);
                if (events.Count > 0)
                {
                    return new RevisionEvents(revision, events);
                }
            }

            return null;
        }

        public void Receive(WatchResponse response, string seed)
        {
            _pieces.AddRange(response.Events);
            if (response.Fragment)
            {
                Assert.True(Request.Fragment);
                return;
            }

            int position = 0;
            while (position < _pieces.Count)
            {
                RevisionEvents? expected = NextMatch(response.Header.Revision);
                Assert.True(expected is not null, $"{seed}: {this} got an event too much: {_pieces[position]}");
                foreach (Event change in expected.Events)
                {
                    Assert.True(position < _pieces.Count, $"{seed}: {this} got only a part of {expected.Revision}");
                    AssertEqual(change, _pieces[position++], seed);
                }

                Next = expected.Revision + 1;
            }

            _pieces.Clear();
        }

        public override string ToString() => $"watch {Request} next {Next}";

        private void AssertEqual(Event expected, Event actual, string seed)
        {
            Assert.True(
                expected.Kv.Equals(actual.Kv) && expected.Type == actual.Type,
                $"{seed}: {this} expected {expected}, got {actual}");
            KeyValue? previous = Request.PrevKv ? _store.At(actual.Kv.Key, actual.Kv.ModRevision - 1) : null;
            bool mayBeCompacted = actual.Kv.ModRevision - 1 < _store.CompactRevision && actual.PrevKv is null;
            Assert.True(
                Equals(previous, actual.PrevKv) || mayBeCompacted,
                $"{seed}: {this} expected previous {previous}, got {actual.PrevKv}");
        }

        private List<Event> Matching(RevisionEvents events)
        {
            List<Event> matching = [];
            foreach (Event change in events.Events)
            {
                if (Matches(change.Kv.Key.ToStringUtf8()) && !Request.Filters.Contains(
                    change.Type == Event.Types.EventType.Put
                        ? WatchCreateRequest.Types.FilterType.Noput
                        : WatchCreateRequest.Types.FilterType.Nodelete))
                {
                    matching.Add(change);
                }
            }

            return matching;
        }

        private bool Matches(string key)
        {
            string end = Request.RangeEnd.ToStringUtf8();
            int order = string.CompareOrdinal(key, Request.Key.ToStringUtf8());
            return end.Length == 0 ? order == 0
                : order >= 0 && (end == "\0" || string.CompareOrdinal(key, end) < 0);
        }
    }
}
