namespace Etcd.Benchmarks.Workloads;

/// <summary>What a target is about.</summary>
internal enum Metric
{
    /// <summary>Operations per second; more is better. All others: less is better.</summary>
    Throughput,

    MedianLatency,

    /// <summary>The latency that one in a hundred exceeds.</summary>
    TailLatency,

    /// <summary>Time of the one thing that the workload does.</summary>
    Duration,

    PeakMemory,

    /// <summary>Bytes written to the disk for each operation.</summary>
    DiskBytes,
}
