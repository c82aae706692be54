using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>A store that grows.</summary>
internal sealed class KeysDimension : ScaleDimension
{
    private const int Clients = 100;
    private const double StoredPerSecond = 25_000;
    private const double RestartedPerSecond = 300_000;

    private static readonly ScaleQuantity Put = new("put, random keys, 100 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Range = new("linearizable range of one key, 100 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Memory = new("peak memory", PlotUnit.Memory);
    private static readonly ScaleQuantity Restart = new("restart", PlotUnit.Microseconds);

    /// <inheritdoc/>
    public override string Name => "keys";

    /// <inheritdoc/>
    public override string Title => "Number of keys";

    /// <inheritdoc/>
    public override string AxisTitle => "keys in the store";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Steps => [10_000, 100_000, 1_000_000, 10_000_000];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleQuantity> Quantities => [Put, Range, Memory, Restart];

    /// <inheritdoc/>
    public override int Measurements => 2;

    /// <inheritdoc/>
    public override double OtherSeconds(int step, int rounds) =>
        2 * (step / StoredPerSecond + (rounds * (2 + (step / RestartedPerSecond))));

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step)
    {
        ScaleSamples stored = bench.Store(step);

        // Before the puts: whoever is faster would have more to read.
        ScaleSamples restart = bench.Measure(new StartWorkload("restart", step), clients: 1);
        ScaleSamples put = bench.Measure(new PutWorkload("put", sequential: false, ownValues: true, step), Clients);
        ScaleSamples range = bench.Measure(RangeWorkload.OneKey("range", step, serializable: false), Clients);
        return
        [
            put.Figure(Put, Metric.Throughput),
            range.Figure(Range, Metric.Throughput),
            stored.Figure(Memory, Metric.PeakMemory),
            restart.Figure(Restart, static sample => sample.Value(Metric.Duration) * 1e6),
        ];
    }
}
