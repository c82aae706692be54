using System.Globalization;

namespace Etcd.Benchmarks.Micro;

/// <summary>What each micro-benchmark may allocate for an operation, from the file beside it.</summary>
internal static class AllocationBudgets
{
    /// <summary>Bytes by the benchmark's name.</summary>
    public static IReadOnlyDictionary<string, double> Load() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Micro", "allocations.txt"))
            .Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(
                static fields => fields[0],
                static fields => double.Parse(fields[1], CultureInfo.InvariantCulture),
                StringComparer.Ordinal);
}
