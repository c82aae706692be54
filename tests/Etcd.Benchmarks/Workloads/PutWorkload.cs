using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts, each acknowledged after it is durable.</summary>
/// <param name="name">For the command line.</param>
/// <param name="sequential">Whether keys ascend instead of being drawn.</param>
/// <param name="keys">Drawn from so many.</param>
/// <param name="oneValue">
/// Whether all puts have the same value, random bytes, as those of etcd's own tool; a store may then compress its rows.
/// </param>
internal sealed class PutWorkload(
    string name, bool sequential, int keys = PutWorkload.RandomKeys, bool oneValue = false) : ClosedLoopWorkload
{
    /// <summary>Random keys are drawn from so many unless told otherwise.</summary>
    public const int RandomKeys = 1_000_000;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary =>
        (sequential ? "put, ascending keys" : "put, random keys of a million") + (oneValue ? ", one value" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => oneValue ? [100, 1000] : [1, 10, 100, 1000];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => clients == 1
        ? [new(Metric.MedianLatency, 0.9), new(Metric.DiskBytes, 0.7)]
        : [new(Metric.Throughput, 2.0), new(Metric.DiskBytes, 0.7)];

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) =>
        new Caller(number, sequential, keys, bench.ValueBytes, oneValue);

    /// <summary>One client.</summary>
    /// <param name="seed">Different for each.</param>
    /// <param name="sequential">Whether keys ascend over all clients instead of being drawn.</param>
    /// <param name="keys">Drawn from so many.</param>
    /// <param name="valueBytes">Length of the values.</param>
    /// <param name="oneValue">Whether all callers put the same value.</param>
    internal sealed class Caller(int seed, bool sequential, int keys, int valueBytes, bool oneValue = false) : UnaryCaller
    {
        private static long _nextKey = RandomKeys;

        private readonly PutMessage _message = oneValue ? WithTheValue(valueBytes) : new PutMessage(valueBytes);
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            _message.SetKey(sequential ? Interlocked.Increment(ref _nextKey) : _random.Below(keys));
            if (!oneValue)
            {
                _message.SetValue(ref _random);
            }

            Connection.Open(this, GrpcMethod.Put, _message.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            PutResponse.Parser.ParseFrom(message).Header is { Revision: > 1 } ? null : "no revision";

        private static PutMessage WithTheValue(int valueBytes)
        {
            var message = new PutMessage(valueBytes);
            var random = new FastRandom(1);
            message.SetValue(ref random);
            return message;
        }
    }
}
