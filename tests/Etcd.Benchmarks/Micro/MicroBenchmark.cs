using System.Diagnostics;

namespace Etcd.Benchmarks.Micro;

/// <summary>A hot part of the product on its own.</summary>
/// <param name="Name">For the command line and the budgets.</param>
/// <param name="Operations">How many operations one run does.</param>
/// <param name="Prepare">Makes the run; it may be called any number of times, on one thread.</param>
internal sealed record MicroBenchmark(string Name, int Operations, Func<Action> Prepare)
{
    private const int WarmUpRuns = 20;
    private const int MeasuredRuns = 20;

    /// <summary>
    /// Bytes that one operation allocates on its thread: the least of several runs, so that a table that happens to
    /// grow, or a type that is initialised, does not count.
    /// </summary>
    public double AllocatedBytes()
    {
        Action run = Prepare();
        for (int i = 0; i < WarmUpRuns; i++)
        {
            run();
        }

        long least = long.MaxValue;
        for (int i = 0; i < MeasuredRuns; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (double)least / Operations;
    }

    /// <summary>Time of one operation: the median of runs over a second, after a second of warming up.</summary>
    public double Nanoseconds()
    {
        Action run = Prepare();
        var second = TimeSpan.FromSeconds(1);
        _ = Times(run, second);
        long[] times = [.. Times(run, second).Order()];
        return times[times.Length / 2] * 1e9 / Stopwatch.Frequency / Operations;
    }

    private static List<long> Times(Action run, TimeSpan duration)
    {
        List<long> times = [];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            long before = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetTimestamp() - before);
        }

        return times;
    }
}
