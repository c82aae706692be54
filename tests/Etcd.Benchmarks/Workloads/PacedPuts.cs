using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts of random keys at a rate, for workloads that disturb them.</summary>
internal static class PacedPuts
{
    /// <summary>A session with the callers, not yet started.</summary>
    public static LoadSession Open(Bench bench)
    {
        LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new PutWorkload.Caller(i, sequential: false, bench.ValueBytes));
        }

        session.Pace(bench.Rate);
        return session;
    }
}
