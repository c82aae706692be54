using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts, each acknowledged after it is durable.</summary>
/// <param name="name">For the command line.</param>
/// <param name="sequential">Whether keys ascend instead of being drawn.</param>
/// <param name="keys">Drawn from so many.</param>
/// <param name="ownValues">
/// Whether each put has random bytes of its own, which no store can compress; else all have the same, as the puts of
/// etcd's own tool have.
/// </param>
internal sealed class PutWorkload(
    string name, bool sequential, bool ownValues, int keys = PutWorkload.RandomKeys) : ClosedLoopWorkload
{
    /// <summary>Random keys are drawn from so many unless told otherwise.</summary>
    public const int RandomKeys = 1_000_000;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary =>
        (sequential ? "put, ascending keys" : "put, random keys of a million") + (ownValues ? ", own values" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => ownValues ? [100, 1000] : [1, 10, 100, 1000];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) =>
    [
        clients switch
        {
            1 => new(Metric.MedianLatency, 0.9),
            < 100 => new(Metric.Throughput, null),
            _ => new(Metric.Throughput, 2.0),
        },

        // A log and a table, each with its copy of what cannot be compressed: see docs/performance.md.
        new(Metric.DiskBytes, ownValues ? null : 0.7),
    ];

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) =>
        new Caller(number, sequential, keys, bench.ValueBytes, ownValues);

    /// <summary>One client.</summary>
    internal sealed class Caller : UnaryCaller
    {
        private static long _nextKey = RandomKeys;

        private readonly bool _sequential;
        private readonly int _keys;
        private readonly bool _ownValues;
        private readonly PutMessage _message;
        private FastRandom _random;

        /// <param name="seed">Different for each.</param>
        /// <param name="sequential">Whether keys ascend over all clients instead of being drawn.</param>
        /// <param name="keys">Drawn from so many.</param>
        /// <param name="valueBytes">Length of the values.</param>
        /// <param name="ownValues">Whether each put has a value of its own; else all callers put the same.</param>
        public Caller(int seed, bool sequential, int keys, int valueBytes, bool ownValues)
        {
            _sequential = sequential;
            _keys = keys;
            _ownValues = ownValues;
            _message = new PutMessage(valueBytes);
            _random = new FastRandom(seed + 1);
            var ofAll = new FastRandom(1);
            _message.SetValue(ref ofAll);
        }

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            _message.SetKey(_sequential ? Interlocked.Increment(ref _nextKey) : _random.Below(_keys));
            if (_ownValues)
            {
                _message.SetValue(ref _random);
            }

            Connection.Open(this, GrpcMethod.Put, _message.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            PutResponse.Parser.ParseFrom(message).Header is { Revision: > 1 } ? null : "no revision";
    }
}
