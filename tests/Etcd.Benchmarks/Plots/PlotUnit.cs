namespace Etcd.Benchmarks.Plots;

/// <summary>What the numbers of an axis or a column are.</summary>
internal enum PlotUnit
{
    Count,
    PerSecond,

    /// <summary>Written as µs, ms or s.</summary>
    Microseconds,

    /// <summary>Powers of two, written with the binary prefixes.</summary>
    Bytes,

    /// <summary>Bytes in any number, written as MB and GB.</summary>
    Memory,
}
