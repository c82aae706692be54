using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts at the same rate for both: a share of what the real etcd can do at most.</summary>
internal sealed class PutRateWorkload : Workload
{
    private const double ShareOfPeak = 0.7;

    private readonly PutWorkload _peak = new("put", sequential: false, ownValues: true);

    /// <inheritdoc/>
    public override string Name => "put-rate";

    /// <inheritdoc/>
    public override string Summary => "put at 70 % of etcd's peak rate";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [1000];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.TailLatency, 0.6)];

    /// <inheritdoc/>
    public override double RateFor(Bench reference) =>
        ShareOfPeak * Enumerable.Range(0, 3).Max(_ => _peak.Run(reference).OperationsPerSecond);

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        using LoadSession session = PacedPuts.Open(bench, PutWorkload.RandomKeys);
        session.Start();
        return bench.Measure(session);
    }
}
