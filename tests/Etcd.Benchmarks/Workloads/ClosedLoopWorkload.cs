using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Clients that each make their next call when the last is answered.</summary>
internal abstract class ClosedLoopWorkload : Workload
{
    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Throughput, 2.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        using LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(NewCaller(i, bench));
        }

        session.Start();
        return bench.Measure(session);
    }

    /// <summary>A client.</summary>
    /// <param name="number">From 0; different clients may do different work.</param>
    /// <param name="bench">What is measured.</param>
    protected abstract UnaryCaller NewCaller(int number, Bench bench);
}
