namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// Repeats a workload until a server is warm: three windows in a row are close. The runtime compiles hot code again
/// while it runs.
/// </summary>
internal static class WarmUp
{
    private const int CloseWindows = 3;
    private const double Tolerance = 0.05;
    private const double Rate = 5000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <summary>Warms up.</summary>
    /// <param name="workload">The work.</param>
    /// <param name="bench">The server; the windows have a length and a rate of their own.</param>
    /// <param name="longest">When to stop, warm or not.</param>
    /// <returns>Operations per second in the last window.</returns>
    public static double Run(Workload workload, Bench bench, TimeSpan longest)
    {
        TimeSpan window = longest < Window ? longest : Window;
        Bench warming = bench with { Duration = window, Rate = Rate };
        List<double> rates = [];
        do
        {
            rates.Add(workload.Run(warming).OperationsPerSecond);
        }
        while (rates.Count < longest / window && !IsSteady(rates));
        return rates[^1];
    }

    /// <summary>Whether the last windows are close to each other.</summary>
    public static bool IsSteady(IReadOnlyList<double> rates)
    {
        double[] last = [.. rates.TakeLast(CloseWindows)];
        return last.Length == CloseWindows && last.Max() - last.Min() < Tolerance * last.Max();
    }
}
