namespace Etcd.Benchmarks.Workloads;

/// <summary>What the ratio of ours to etcd's shall be.</summary>
/// <param name="Metric">Of what.</param>
/// <param name="Ratio">At least this for throughput, at most this for all else.</param>
internal sealed record Target(Metric Metric, double Ratio)
{
    /// <summary>The outcome in words.</summary>
    /// <param name="ratio">Null when a round gave no figure; that is never a hit.</param>
    public string Verdict(double? ratio) => ratio is not { } measured || !double.IsFinite(measured) || measured <= 0
        ? "not measured"
        : (Metric == Metric.Throughput ? measured >= Ratio : measured <= Ratio) ? "hit" : "miss";

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{(Metric == Metric.Throughput ? "≥" : "≤")} {Ratio:0.0}");
}
