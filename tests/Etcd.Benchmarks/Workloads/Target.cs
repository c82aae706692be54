namespace Etcd.Benchmarks.Workloads;

/// <summary>What the ratio of ours to etcd's shall be.</summary>
/// <param name="Metric">Of what.</param>
/// <param name="Ratio">At least this for throughput, at most this for all else.</param>
internal sealed record Target(Metric Metric, double Ratio)
{
    public bool IsMetBy(double ratio) => Metric == Metric.Throughput ? ratio >= Ratio : ratio <= Ratio;

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{(Metric == Metric.Throughput ? "≥" : "≤")} {Ratio:0.0}");
}
