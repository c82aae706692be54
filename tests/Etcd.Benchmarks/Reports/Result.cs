using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>All samples of one case, in the order of the rounds.</summary>
internal sealed record Result
{
    public required string Workload { get; init; }

    public required int Clients { get; init; }

    public required int Members { get; init; }

    public required int ValueBytes { get; init; }

    /// <summary>Keys in the store before; null for what the workload has of its own.</summary>
    public int? StoredKeys { get; init; }

    public required Setting Setting { get; init; }

    public required IReadOnlyList<Sample> Reference { get; init; }

    public required IReadOnlyList<Sample> Ours { get; init; }

    /// <summary>Median over the rounds of ours divided by etcd's in the same round.</summary>
    /// <returns>Null when a round lacks a figure of one of the two: a median of the others would hide that.</returns>
    public double? Ratio(Metric metric) =>
        Median(Reference.Zip(Ours, (reference, ours) => ours.Value(metric) / reference.Value(metric)));

    /// <summary>Median of figures; null when one is missing or there are none.</summary>
    public static double? Median(IEnumerable<double?> values)
    {
        double?[] all = [.. values];
        return all.Length == 0 || all.Contains(null) ? null : Median(all.Select(static value => value!.Value)); // No null.
    }

    /// <param name="values">At least one.</param>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
