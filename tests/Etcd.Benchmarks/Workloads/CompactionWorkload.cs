using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// Puts at a rate while old revisions are compacted away. What earlier work left behind is compacted before, so that
/// each round has the same to do.
/// </summary>
/// <param name="revisions">How many old revisions.</param>
internal sealed class CompactionWorkload(int revisions) : Workload
{
    private const int Keys = 10_000;

    /// <inheritdoc/>
    public override string Name => "compaction";

    /// <inheritdoc/>
    public override string Summary =>
        FormattableString.Invariant($"put, 2,000/s, while {revisions:N0} revisions are compacted");

    /// <inheritdoc/>
    public override bool UsesStoredKeys => true;

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.TailLatency, 0.5)];

    /// <inheritdoc/>
    public override double RateFor(Bench reference) => 2000;

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        _ = Compaction.Run(bench);
        Preload.InTurn(bench, revisions, Keys);
        using LoadSession session = PacedPuts.Open(bench, PutWorkload.RandomKeys);
        session.Start();
        session.Wait(TimeSpan.FromSeconds(1));
        TimeSpan took = default;
        Sample sample = bench.Measure(session, () => took = Compaction.Run(bench));
        return sample with { DurationSeconds = took.TotalSeconds };
    }
}
