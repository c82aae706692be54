using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts of random keys at a rate, for workloads that disturb them.</summary>
internal static class PacedPuts
{
    /// <summary>A session with the callers, not yet started.</summary>
    /// <param name="bench">What is measured.</param>
    /// <param name="keys">Keys are drawn from so many.</param>
    public static LoadSession Open(Bench bench, int keys)
    {
        LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new PutWorkload.Caller(i, sequential: false, keys, bench.ValueBytes, ownValues: true));
        }

        session.Pace(bench.Rate);
        return session;
    }
}
