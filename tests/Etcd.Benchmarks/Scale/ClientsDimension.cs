using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>Calls in flight that grow in number, on ten connections and on one each.</summary>
internal sealed class ClientsDimension : ScaleDimension
{
    private const int Keys = 100_000;

    private static readonly ScaleQuantity Put = new("put, 10 connections", PlotUnit.PerSecond);
    private static readonly ScaleQuantity PutTail = new("put, 10 connections, p99", PlotUnit.Microseconds);
    private static readonly ScaleQuantity Range = new("linearizable range of one key, 10 connections", PlotUnit.PerSecond);
    private static readonly ScaleQuantity RangeTail = new("range, 10 connections, p99", PlotUnit.Microseconds);
    private static readonly ScaleQuantity PutEach = new("put, a connection each", PlotUnit.PerSecond);
    private static readonly ScaleQuantity RangeEach = new("range, a connection each", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Memory = new("peak memory, a connection each", PlotUnit.Memory);

    /// <inheritdoc/>
    public override string Name => "clients";

    /// <inheritdoc/>
    public override string Title => "Number of clients";

    /// <inheritdoc/>
    public override string AxisTitle => "calls in flight";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Steps => [1, 10, 100, 1000, 10_000];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleQuantity> Quantities =>
        [Put, PutTail, Range, RangeTail, PutEach, RangeEach, Memory];

    /// <inheritdoc/>
    public override int Measurements => 4;

    /// <inheritdoc/>
    public override double OtherSeconds(int step, int rounds) => step * 1e-3 * rounds;

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step)
    {
        _ = bench.Store(Keys);
        var puts = new PutWorkload("put", sequential: false, ownValues: true, Keys);
        RangeWorkload ranges = RangeWorkload.OneKey("range", Keys, serializable: false);
        Bench Each(Bench with) => with with { Connections = step };
        ScaleSamples put = bench.Measure(puts, step);
        ScaleSamples range = bench.Measure(ranges, step);
        ScaleSamples putEach = bench.Measure(puts, step, Each);
        ScaleSamples rangeEach = bench.Measure(ranges, step, Each);
        return
        [
            put.Figure(Put, Metric.Throughput),
            put.Figure(PutTail, Metric.TailLatency),
            range.Figure(Range, Metric.Throughput),
            range.Figure(RangeTail, Metric.TailLatency),
            putEach.Figure(PutEach, Metric.Throughput),
            rangeEach.Figure(RangeEach, Metric.Throughput),
            putEach.Figure(Memory, Metric.PeakMemory),
        ];
    }
}
