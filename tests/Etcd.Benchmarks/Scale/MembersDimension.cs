using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>Clusters that grow, all on this machine.</summary>
internal sealed class MembersDimension : ScaleDimension
{
    private const int Clients = 100;
    private const int Keys = 10_000;

    private static readonly ScaleQuantity Put = new("put, 100 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Range = new("linearizable range of one key, 100 clients", PlotUnit.PerSecond);
    private static readonly ScaleQuantity Middle = new("put, 1 client, p50", PlotUnit.Microseconds);
    private static readonly ScaleQuantity Processor = new("processor time of all members for a put", PlotUnit.Microseconds);

    /// <inheritdoc/>
    public override string Name => "members";

    /// <inheritdoc/>
    public override string Title => "Number of members";

    /// <inheritdoc/>
    public override string AxisTitle => "members of the cluster";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Steps => [1, 3, 5, 7];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleQuantity> Quantities => [Put, Range, Middle, Processor];

    /// <inheritdoc/>
    public override bool SharesServers => false;

    /// <inheritdoc/>
    public override int MembersAt(int step) => step;

    /// <inheritdoc/>
    public override int Measurements => 3;

    /// <inheritdoc/>
    public override double OtherSeconds(int step, int rounds) => 5 + (2 * step);

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step)
    {
        _ = bench.Store(Keys);
        var puts = new PutWorkload("put", sequential: false, ownValues: true, Keys);
        ScaleSamples put = bench.Measure(puts, Clients);
        ScaleSamples range = bench.Measure(RangeWorkload.OneKey("range", Keys, serializable: false), Clients);
        ScaleSamples alone = bench.Measure(puts, clients: 1);
        return
        [
            put.Figure(Put, Metric.Throughput),
            range.Figure(Range, Metric.Throughput),
            alone.Figure(Middle, Metric.MedianLatency),
            put.Figure(Processor, static sample =>
                sample.ServerMicrosecondsPerOperation > 0 ? sample.ServerMicrosecondsPerOperation : null),
        ];
    }
}
