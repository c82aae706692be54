using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>How long an event is under way, from the sending of the put, while puts come at a rate.</summary>
internal sealed class WatchLatencyWorkload : Workload
{
    private const int Streams = 10;

    /// <inheritdoc/>
    public override string Name => "watch-latency";

    /// <inheritdoc/>
    public override string Summary => "put to event, 3,000 puts/s, 10 watches on all keys";

    /// <inheritdoc/>
    public override string Operation => "event";

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.TailLatency, 0.5)];

    /// <inheritdoc/>
    public override double RateFor(Bench reference) => 3000;

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        var board = new WatchBoard();
        using LoadSession session = bench.Open(Math.Max(2, bench.Connections));
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new Caller(i, bench.ValueBytes), session.Connections[0]);
        }

        session.Pace(bench.Rate);
        var watch = new WatchCreateRequest
        {
            Key = ByteString.CopyFrom(KeySpace.Prefix),
            RangeEnd = ByteString.CopyFromUtf8("\0"),
        };
        for (int i = 0; i < Streams; i++)
        {
            session.Add(new Watcher([watch], board), session.Connections[1 + (i % (session.Connections.Count - 1))]);
        }

        session.Start();
        session.WaitUntil(() => board.CreatedCount == Streams, "the creation of the watches");
        return bench.Measure(session);
    }

    /// <summary>Notes in the value when the put was due; its own latency does not count.</summary>
    private sealed class Caller(int seed, int valueBytes) : UnaryCaller
    {
        private readonly PutMessage _message = new(valueBytes);
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            _message.Set(_random.Below(PutWorkload.RandomKeys), ref _random);
            WatchEvents.WriteStamp(_message.Value, Due);
            Connection.Open(this, GrpcMethod.Put, _message.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) => null;

        /// <inheritdoc/>
        protected override void Answered(long ticks)
        {
        }
    }
}
