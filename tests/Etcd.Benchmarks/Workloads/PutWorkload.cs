using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts, each acknowledged after it is durable.</summary>
/// <param name="name">For the command line.</param>
/// <param name="sequential">Whether keys ascend instead of being drawn.</param>
/// <param name="keys">Drawn from so many.</param>
internal sealed class PutWorkload(string name, bool sequential, int keys = PutWorkload.RandomKeys) : ClosedLoopWorkload
{
    /// <summary>Random keys are drawn from so many unless told otherwise.</summary>
    public const int RandomKeys = 1_000_000;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => sequential ? "put, ascending keys" : "put, random keys of a million";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [1, 10, 100, 1000];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => clients == 1
        ? [new(Metric.MedianLatency, 0.9), new(Metric.DiskBytes, 0.7)]
        : [new(Metric.Throughput, 2.0), new(Metric.DiskBytes, 0.7)];

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) => new Caller(number, sequential, keys, bench.ValueBytes);

    /// <summary>One client.</summary>
    /// <param name="seed">Different for each.</param>
    /// <param name="sequential">Whether keys ascend over all clients instead of being drawn.</param>
    /// <param name="keys">Drawn from so many.</param>
    /// <param name="valueBytes">Length of the values.</param>
    internal sealed class Caller(int seed, bool sequential, int keys, int valueBytes) : UnaryCaller
    {
        private static long _nextKey = RandomKeys;

        private readonly PutMessage _message = new(valueBytes);
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            _message.Set(sequential ? Interlocked.Increment(ref _nextKey) : _random.Below(keys), ref _random);
            Connection.Open(this, GrpcMethod.Put, _message.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            PutResponse.Parser.ParseFrom(message).Header is { Revision: > 1 } ? null : "no revision";
    }
}
