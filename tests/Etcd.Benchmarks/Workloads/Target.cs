namespace Etcd.Benchmarks.Workloads;

/// <summary>What the ratio of ours to etcd's is asked for, and what it shall be.</summary>
/// <param name="Metric">Of what.</param>
/// <param name="Ratio">
/// At least this for throughput, at most this for all else; null when it is only shown, with no aim.
/// </param>
internal sealed record Target(Metric Metric, double? Ratio)
{
    private const string None = "–";

    /// <summary>The outcome in words.</summary>
    /// <param name="ratio">Null when a round gave no figure; that is never a hit.</param>
    public string Verdict(double? ratio) => ratio is not { } measured || !double.IsFinite(measured) || measured <= 0
        ? "not measured"
        : Ratio is not { } aim ? None
        : (Metric == Metric.Throughput ? measured >= aim : measured <= aim) ? "hit" : "miss";

    /// <inheritdoc/>
    public override string ToString() => Ratio is { } aim
        ? FormattableString.Invariant($"{(Metric == Metric.Throughput ? "≥" : "≤")} {aim:0.0}")
        : None;
}
