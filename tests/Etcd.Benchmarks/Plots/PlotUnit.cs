namespace Etcd.Benchmarks.Plots;

/// <summary>What the numbers of an axis or a column are.</summary>
internal enum PlotUnit
{
    Count,
    PerSecond,

    /// <summary>Written as µs, ms or s.</summary>
    Microseconds,

    /// <summary>Written with the binary prefixes.</summary>
    Bytes,
}
