using Etcd.Benchmarks.Load;
using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Workloads;

/// <summary>What one measurement of one server found.</summary>
internal sealed record Sample
{
    // The latency that one in a hundred exceeds needs a hundred.
    private const int LeastForTail = 100;

    public required long Operations { get; init; }

    public required double Seconds { get; init; }

    public double P50Microseconds { get; init; }

    public double P90Microseconds { get; init; }

    public double P99Microseconds { get; init; }

    public double P999Microseconds { get; init; }

    /// <summary>Processor time of all members.</summary>
    public double ServerCpuSeconds { get; init; }

    public double ClientCpuSeconds { get; init; }

    /// <summary>Sum of the members' highest resident sizes.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>What was written to the disk, by whomever.</summary>
    public long DiskBytes { get; init; }

    /// <summary>What a workload that does one thing took for it; 0 for others.</summary>
    public double DurationSeconds { get; init; }

    public double OperationsPerSecond => Seconds > 0 ? Operations / Seconds : 0;

    public double ServerMicrosecondsPerOperation => Operations > 0 ? ServerCpuSeconds * 1e6 / Operations : 0;

    public double ClientMicrosecondsPerOperation => Operations > 0 ? ClientCpuSeconds * 1e6 / Operations : 0;

    public double DiskBytesPerOperation => Operations > 0 ? (double)DiskBytes / Operations : 0;

    /// <summary>From what the callers counted and what the servers used meanwhile.</summary>
    public static Sample From(LoadWindow window, ServerUsage used) => new()
    {
        Operations = window.Counts.Operations,
        Seconds = window.Elapsed.TotalSeconds,
        P50Microseconds = window.Counts.Latency.Quantile(0.5) / 1e3,
        P90Microseconds = window.Counts.Latency.Quantile(0.9) / 1e3,
        P99Microseconds = window.Counts.Latency.Quantile(0.99) / 1e3,
        P999Microseconds = window.Counts.Latency.Quantile(0.999) / 1e3,
        ServerCpuSeconds = used.CpuSeconds,
        ClientCpuSeconds = window.ClientProcessorTime.TotalSeconds,
        PeakMemoryBytes = used.PeakMemoryBytes,
        DiskBytes = used.DiskBytes,
    };

    /// <summary>
    /// A figure; null when there is none: nothing was completed, or too little for a tail, or no disk is known.
    /// </summary>
    public double? Value(Metric metric)
    {
        double value = metric switch
        {
            Metric.Throughput => OperationsPerSecond,
            Metric.MedianLatency => P50Microseconds,
            Metric.TailLatency => Operations < LeastForTail ? 0 : P99Microseconds,
            Metric.Duration => DurationSeconds,
            Metric.PeakMemory => PeakMemoryBytes,
            Metric.DiskBytes => DiskBytesPerOperation,
            _ => throw new InvalidOperationException($"unknown metric {metric}"),
        };
        return double.IsFinite(value) && value > 0 ? value : null;
    }
}
