using System.Diagnostics;

namespace Etcd.Benchmarks.Load;

/// <summary>What one loop counted in one window. Written by the loop's thread, read by others afterwards.</summary>
internal sealed class Recorder
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public LatencyHistogram Latency { get; } = new();

    /// <summary>What the workload counts: calls, or events.</summary>
    public long Operations { get; private set; }

    /// <summary>Bytes of messages received.</summary>
    public long ReceivedBytes { get; private set; }

    public long Failures { get; private set; }

    public string? FirstFailure { get; private set; }

    /// <summary>One operation succeeded.</summary>
    /// <param name="ticks">How long it took.</param>
    /// <param name="receivedBytes">What it brought.</param>
    public void Succeeded(long ticks, long receivedBytes)
    {
        Latency.Record((long)(ticks * NanosecondsPerTick));
        Operations++;
        ReceivedBytes += receivedBytes;
    }

    /// <summary>Several operations arrived at once.</summary>
    public void Succeeded(long ticks, long receivedBytes, int operations)
    {
        Succeeded(ticks, receivedBytes);
        Operations += operations - 1;
    }

    public void Failed(string reason)
    {
        Failures++;
        FirstFailure ??= reason;
    }

    public void Add(Recorder other)
    {
        Latency.Add(other.Latency);
        Operations += other.Operations;
        ReceivedBytes += other.ReceivedBytes;
        Failures += other.Failures;
        FirstFailure ??= other.FirstFailure;
    }
}
