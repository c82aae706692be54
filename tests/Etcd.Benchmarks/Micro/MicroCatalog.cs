using Etcd.Benchmarks.Workloads;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Micro;

/// <summary>The parts of the paths of a write, a read and an event that run for each request.</summary>
internal static class MicroCatalog
{
    private const int Keys = 10_000;
    private const int Batch = 100;
    private const int ValueBytes = 256;
    private const int WatchStreams = 10;
    private const int WatchesPerStream = 10;

    public static IReadOnlyList<MicroBenchmark> All { get; } =
    [
        new("decode-put", Batch, DecodePut),
        new("apply-put", Batch, static () => Apply(PutEntry)),
        new("apply-txn", Batch, static () => Apply(TxnEntry)),
        new("range-one", Batch, () => Range(limit: 1, Batch)),
        new("range-thousand", 1, () => Range(limit: 1000, times: 1)),
        new("watch-fan-out", WatchStreams * WatchesPerStream, WatchFanOut),
        new("encode-event", Batch, EncodeEvent),
        new("raft-alone", Batch, static () => ConsensusBenchmarks.RaftSteps(members: 1)),
        new("raft-three", Batch, static () => ConsensusBenchmarks.RaftSteps(members: 3)),
        new("read-index", Batch, ConsensusBenchmarks.ReadIndexRounds),
        new("node-put", Batch, static () => ConsensusBenchmarks.NodePuts(Filled())),
        new("node-read", Batch, static () => ConsensusBenchmarks.NodeReads(Filled())),
    ];

    private static Action DecodePut()
    {
        byte[] message = new PutMessage(ValueBytes).Bytes.ToArray();
        return () =>
        {
            for (int i = 0; i < Batch; i++)
            {
                _ = PutRequest.Parser.ParseFrom(message);
            }
        };
    }

    private static Action Apply(Func<long, byte[]> entryOf)
    {
        ReplicatedState state = Filled();
        byte[][] entries = [.. Enumerable.Range(0, Batch).Select(i => entryOf(i * 97 % Keys))];
        return () =>
        {
            foreach (byte[] entry in entries)
            {
                Apply(state, entry);
            }

            _ = state.Commit();
        };
    }

    private static Action Range(int limit, int times)
    {
        ReplicatedState state = Filled(new InMemoryEngine());
        var request = new RangeRequest
        {
            Key = ByteString.CopyFrom(KeySpace.Key(Keys / 2)),
            RangeEnd = limit == 1 ? ByteString.Empty : ByteString.CopyFromUtf8("\0"),
            Limit = limit,
        };
        return () =>
        {
            for (int i = 0; i < times; i++)
            {
                (RangeResponse? response, EtcdError? error) = state.View.Range(request);
                if (error is not null || response!.Kvs.Count != limit) // Without an error there is a response.
                {
                    throw new InvalidOperationException($"a range of {limit} keys gave {response?.Kvs.Count} keys, {error}");
                }
            }
        };
    }

    private static Action WatchFanOut()
    {
        ReplicatedState state = Filled();
        var shard = new WatchShard(new WatchShardOptions { ClusterId = 1, MemberId = 1 }, new NoHistory(state));
        var sinks = new CreditSink[WatchStreams];
        for (int i = 0; i < WatchStreams; i++)
        {
            sinks[i] = new CreditSink();
            WatchStreamState stream = shard.OpenStream(sinks[i], nowMilliseconds: 0);
            for (int watch = 0; watch < WatchesPerStream; watch++)
            {
                var create = new WatchCreateRequest { Key = ByteString.CopyFrom(KeySpace.Key(0)) };
                shard.Handle(stream, new WatchRequest { CreateRequest = create }, denial: null);
            }

            sinks[i].Return = size => shard.ReturnCredit(stream, size);
        }

        byte[] entry = PutEntry(key: 0);
        return () =>
        {
            Apply(state, entry);
            shard.Publish(state.Commit()!); // A put changes a key.
            foreach (CreditSink sink in sinks)
            {
                sink.Settle(WatchesPerStream);
            }
        };
    }

    private static Action EncodeEvent()
    {
        var response = new WatchResponse
        {
            Header = new() { ClusterId = 1, MemberId = 1, Revision = 1_000_000, RaftTerm = 2 },
            WatchId = 7,
        };
        response.Events.Add(new Mvccpb.Event
        {
            Kv = new()
            {
                Key = ByteString.CopyFrom(KeySpace.Key(0)),
                Value = ByteString.CopyFrom(new byte[ValueBytes]),
                CreateRevision = 1000,
                ModRevision = 1_000_000,
                Version = 3,
            },
        });
        byte[] destination = new byte[2 * ValueBytes];
        return () =>
        {
            for (int i = 0; i < Batch; i++)
            {
                response.WriteTo(destination.AsSpan(0, response.CalculateSize()));
            }
        };
    }

    private static ReplicatedState Filled() => Filled(new DiscardingEngine());

    private static ReplicatedState Filled(IKvEngine engine)
    {
        ReplicatedState state = ReplicatedState.Open(engine, new StateMachineOptions());
        for (int key = 0; key < Keys; key++)
        {
            Apply(state, PutEntry(key));
            if (key % Batch == Batch - 1)
            {
                _ = state.Commit();
            }
        }

        return state;
    }

    private static void Apply(ReplicatedState state, byte[] entry)
    {
        ApplyResult result = state.Apply(new CommittedEntry(
            CommittedEntryKind.Normal, Term: 1, state.AppliedIndex + 1, entry));
        if (result.Error is not null)
        {
            throw new InvalidOperationException($"a put was refused: {result.Error}");
        }
    }

    private static byte[] PutEntry(long key) => new InternalRaftRequest { Put = PutOf(key) }.ToByteArray();

    private static byte[] TxnEntry(long key)
    {
        var txn = new TxnRequest { Success = { new RequestOp { RequestPut = PutOf(key) } } };
        return new InternalRaftRequest { Txn = txn }.ToByteArray();
    }

    private static PutRequest PutOf(long key)
    {
        var random = new FastRandom(seed: 1);
        var message = new PutMessage(ValueBytes);
        message.Set(key, ref random);
        return PutRequest.Parser.ParseFrom(message.Bytes);
    }
}
