namespace Etcd.Benchmarks.Http2;

/// <summary>Work of a loop that time, not an answer, calls for. Runs on the loop's thread.</summary>
internal interface ILoopTask
{
    /// <summary>Called on each turn of the loop, at the latest when the task is due.</summary>
    /// <param name="now">A time stamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
    /// <returns>When to be called next at the latest.</returns>
    long Tick(long now);
}
