using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>Turns names of the command line into workloads.</summary>
internal static class WorkloadNames
{
    /// <summary>Names with commas between, or <c>all</c>.</summary>
    public static IReadOnlyList<Workload> Parse(string names) =>
        names == "all" ? Catalog.All : [.. names.Split(',').Select(One)];

    public static Workload One(string name) =>
        Catalog.Find(name) ?? throw new UsageException(
            $"no workload '{name}'; there are: {string.Join(", ", Catalog.All.Select(static workload => workload.Name))}");
}
