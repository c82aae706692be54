using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>All samples of one case, in the order of the rounds.</summary>
internal sealed record Result
{
    public required string Workload { get; init; }

    public required int Clients { get; init; }

    public required int Members { get; init; }

    public required int ValueBytes { get; init; }

    public required Setting Setting { get; init; }

    public required IReadOnlyList<Sample> Reference { get; init; }

    public required IReadOnlyList<Sample> Ours { get; init; }

    /// <summary>Median over the rounds of ours divided by etcd's in the same round.</summary>
    public double Ratio(Metric metric) =>
        Median(Reference.Zip(Ours, (reference, ours) => ours.Value(metric) / reference.Value(metric)));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
