using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>Turns names of the command line into workloads.</summary>
internal static class WorkloadNames
{
    /// <summary>Names with commas between, or <c>all</c>.</summary>
    public static IReadOnlyList<Workload> Parse(string names, int? storedKeys) =>
        names == "all" ? Catalog.Of(storedKeys) : [.. names.Split(',').Select(name => One(name, storedKeys))];

    public static Workload One(string name, int? storedKeys) =>
        Catalog.Find(name, storedKeys) ?? throw new UsageException(
            $"no workload '{name}'; there are: {string.Join(", ", Catalog.All.Select(static workload => workload.Name))}");
}
