using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>Values that grow.</summary>
internal sealed class ValuesDimension : ScaleDimension
{
    private const int Clients = 16;
    private const int Keys = 1000;

    private static readonly ScaleQuantity Put = new("put, 16 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity PutTail = new("put, p99", PlotUnit.Microseconds);
    private static readonly ScaleQuantity Range = new("linearizable range of one key, 16 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity RangeTail = new("range, p99", PlotUnit.Microseconds);

    /// <inheritdoc/>
    public override string Name => "values";

    /// <inheritdoc/>
    public override string Title => "Size of values";

    /// <inheritdoc/>
    public override string AxisTitle => "bytes of each value";

    /// <inheritdoc/>
    public override PlotUnit AxisUnit => PlotUnit.Bytes;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Steps => [64, 512, 4 << 10, 32 << 10, 256 << 10, 1 << 20];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleQuantity> Quantities => [Put, PutTail, Range, RangeTail];

    /// <inheritdoc/>
    public override bool SharesServers => false;

    /// <inheritdoc/>
    public override int Measurements => 2;

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step)
    {
        // Each stretch of puts is compacted away, or the largest values would fill the quota.
        _ = bench.Store(Keys, step);
        Bench Sized(Bench with) => with with { ValueBytes = step };
        ScaleSamples put = bench.Measure(
            new PutWorkload("put", sequential: false, ownValues: true, Keys), Clients, Sized, static used => Compaction.Run(used));
        ScaleSamples range = bench.Measure(RangeWorkload.OneKey("range", Keys, serializable: false), Clients, Sized);
        return
        [
            put.Figure(Put, Metric.Throughput),
            put.Figure(PutTail, Metric.TailLatency),
            range.Figure(Range, Metric.Throughput),
            range.Figure(RangeTail, Metric.TailLatency),
        ];
    }
}
