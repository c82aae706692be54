using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>Watches on one key that grow in number; ten share a stream.</summary>
internal sealed class WatchersDimension : ScaleDimension
{
    private const double CreatedPerSecond = 10_000;

    private static readonly ScaleQuantity Events = new("events delivered", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Middle = new("put to event, p50", PlotUnit.Microseconds);
    private static readonly ScaleQuantity Tail = new("put to event, p99", PlotUnit.Microseconds);
    private static readonly ScaleQuantity Memory = new("peak memory", PlotUnit.Memory);

    /// <inheritdoc/>
    public override string Name => "watchers";

    /// <inheritdoc/>
    public override string Title => "Number of watches";

    /// <inheritdoc/>
    public override string AxisTitle => "watches on one key, ten a stream";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Steps => [1, 10, 100, 1000, 10_000, 100_000];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleQuantity> Quantities => [Events, Middle, Tail, Memory];

    /// <inheritdoc/>
    public override int Measurements => 1;

    /// <inheritdoc/>
    public override double OtherSeconds(int step, int rounds) => 2 * (rounds + 5) * step / CreatedPerSecond;

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step)
    {
        ScaleSamples watch = bench.Measure(new WatchFanOutWorkload("watch", distinctKeys: false), step);
        return
        [
            watch.Figure(Events, Metric.Throughput),
            watch.Figure(Middle, Metric.MedianLatency),
            watch.Figure(Tail, Metric.TailLatency),
            watch.Figure(Memory, Metric.PeakMemory),
        ];
    }
}
