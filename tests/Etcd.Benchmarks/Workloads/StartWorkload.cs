namespace Etcd.Benchmarks.Workloads;

/// <summary>From the start of the process to the answer of a linearizable read.</summary>
/// <param name="name">For the command line.</param>
/// <param name="storedKeys">Keys in the store; 0 starts with an empty directory.</param>
internal sealed class StartWorkload(string name, int storedKeys) : Workload
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary =>
        storedKeys == 0 ? "start with an empty directory" : FormattableString.Invariant($"restart with {storedKeys:N0} keys");

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [1];

    /// <inheritdoc/>
    public override int StoredKeys => storedKeys;

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Duration, 1.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        TimeSpan took = bench.Server.Restart(empty: storedKeys == 0);
        return new Sample { Operations = 1, Seconds = took.TotalSeconds, DurationSeconds = took.TotalSeconds };
    }
}
