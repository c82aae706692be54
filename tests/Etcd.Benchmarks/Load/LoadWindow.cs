namespace Etcd.Benchmarks.Load;

/// <summary>What the callers counted in a stretch of time.</summary>
/// <param name="Counts">Sum over the loops.</param>
/// <param name="Elapsed">How long it was.</param>
/// <param name="ClientProcessorTime">What this process used meanwhile, over all cores.</param>
internal sealed record LoadWindow(Recorder Counts, TimeSpan Elapsed, TimeSpan ClientProcessorTime)
{
    public double OperationsPerSecond => Counts.Operations / Elapsed.TotalSeconds;
}
