using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// The highest resident size of a server since it started, a million keys later. Comes first of those that share its
/// servers, because the others start the search anew.
/// </summary>
/// <param name="storedKeys">How many keys.</param>
internal sealed class MemoryWorkload(int storedKeys) : Workload
{
    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Summary => FormattableString.Invariant($"peak memory with {storedKeys:N0} keys");

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [1];

    /// <inheritdoc/>
    public override int StoredKeys => storedKeys;

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.PeakMemory, 1.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        ServerUsage usage = bench.Server.Usage();
        return new Sample { Operations = StoredKeys, Seconds = 0, PeakMemoryBytes = usage.PeakMemoryBytes };
    }
}
