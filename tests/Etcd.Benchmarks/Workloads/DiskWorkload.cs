using Etcd.Benchmarks.Load;
using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// Bytes that reach the disk for a put in the long run: the log, the store and its tidying up, until the server rests.
/// </summary>
internal sealed class DiskWorkload : Workload
{
    // Long enough for several flushes of a store's buffers; then as long as either takes to write what it still holds.
    private const int Stretch = 4;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override string Name => "disk";

    /// <inheritdoc/>
    public override string Summary => "disk bytes of a put, random keys of a million";

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.DiskBytes, 0.7)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        ServerUsage before = bench.Server.Usage();
        using LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new PutWorkload.Caller(i, sequential: false, PutWorkload.RandomKeys, bench.ValueBytes, ownValues: true));
        }

        session.Start();
        Sample sample = bench.Measure(session, () => session.Wait(Stretch * bench.Duration));
        session.Wait(Settling);
        return sample with { DiskBytes = bench.Server.Usage().Since(before).DiskBytes };
    }
}
