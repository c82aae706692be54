using System.Diagnostics;
using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Forgets all revisions but the newest.</summary>
internal static class Compaction
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Compacts.</summary>
    /// <returns>How long it took until the old revisions were gone, which is what a physical compaction waits for.</returns>
    public static TimeSpan Run(Bench bench)
    {
        Uri endpoint = bench.Server.Endpoints[0];
        StatusResponse status = SingleCall.Call(
            endpoint, GrpcMethod.Status, new StatusRequest(), StatusResponse.Parser, bench.Cancellation);
        if (status.Header.Revision <= 1)
        {
            return TimeSpan.Zero;
        }

        var compact = new CompactionRequest { Revision = status.Header.Revision, Physical = true };
        long start = Stopwatch.GetTimestamp();
        _ = SingleCall.Call(endpoint, GrpcMethod.Compact, compact, CompactionResponse.Parser, Longest, bench.Cancellation);
        return Stopwatch.GetElapsedTime(start);
    }
}
