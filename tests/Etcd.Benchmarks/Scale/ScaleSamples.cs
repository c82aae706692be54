using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>The rounds of one workload at one step; a product that failed has none.</summary>
/// <param name="Reference">The real etcd's.</param>
/// <param name="Ours">Ours.</param>
internal sealed record ScaleSamples(IReadOnlyList<Sample> Reference, IReadOnlyList<Sample> Ours)
{
    /// <summary>A figure of both: the median over the rounds.</summary>
    public ScaleFigure Figure(ScaleQuantity quantity, Metric metric) => Figure(quantity, sample => sample.Value(metric));

    /// <summary>A figure of both: the median over the rounds.</summary>
    public ScaleFigure Figure(ScaleQuantity quantity, Func<Sample, double?> value) =>
        new(quantity.Name, Result.Median(Reference.Select(value)), Result.Median(Ours.Select(value)));
}
