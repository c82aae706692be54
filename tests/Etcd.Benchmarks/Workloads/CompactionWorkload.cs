using System.Diagnostics;
using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts at a rate while a million old revisions are compacted away.</summary>
internal sealed class CompactionWorkload : Workload
{
    private const int Revisions = 1_000_000;
    private const int Keys = 10_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string Name => "compaction";

    /// <inheritdoc/>
    public override string Summary => "put, 2,000/s, while 1 M revisions are compacted";

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.TailLatency, 0.5)];

    /// <inheritdoc/>
    public override double RateFor(Bench reference) => 2000;

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        Preload.Run(bench, Revisions, Keys);
        Uri endpoint = bench.Server.Endpoints[0];
        StatusResponse status = SingleCall.Call(
            endpoint, GrpcMethod.Status, new StatusRequest(), StatusResponse.Parser, bench.Cancellation);
        var compact = new CompactionRequest { Revision = status.Header.Revision, Physical = true };
        using LoadSession session = PacedPuts.Open(bench);
        session.Start();
        session.Wait(TimeSpan.FromSeconds(1));
        long start = Stopwatch.GetTimestamp();
        Sample sample = bench.Measure(session, () => SingleCall.Call(
            endpoint, GrpcMethod.Compact, compact, CompactionResponse.Parser, Longest, bench.Cancellation));
        return sample with { DurationSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }
}
