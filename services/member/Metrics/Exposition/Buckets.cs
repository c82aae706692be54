namespace Etcd.Member.Metrics.Exposition;

/// <summary>Upper bounds of etcd's histograms, ascending, without the infinite one.</summary>
internal static class Buckets
{
    /// <summary>1 ms to 8.192 s.</summary>
    public static IReadOnlyList<double> Disk { get; } = Exponential(0.001, 14);

    /// <summary>0.1 ms to 3.2768 s.</summary>
    public static IReadOnlyList<double> RoundTrip { get; } = Exponential(0.0001, 16);

    /// <summary>0.1 ms to 52.4288 s.</summary>
    public static IReadOnlyList<double> Apply { get; } = Exponential(0.0001, 20);

    /// <summary>10 ms to 655.36 s.</summary>
    public static IReadOnlyList<double> Snapshot { get; } = Exponential(0.01, 17);

    /// <summary>10 ms to 163.84 s.</summary>
    public static IReadOnlyList<double> Hash { get; } = Exponential(0.01, 15);

    /// <summary>0.1 s to 409.6 s.</summary>
    public static IReadOnlyList<double> Defragment { get; } = Exponential(0.1, 13);

    /// <summary>0.1 s to 51.2 s.</summary>
    public static IReadOnlyList<double> Transfer { get; } = Exponential(0.1, 10);

    /// <summary>1 s to 8388608 s.</summary>
    public static IReadOnlyList<double> LeaseTtl { get; } = Exponential(1, 24);

    /// <summary>1 ms to 4096 ms, in milliseconds.</summary>
    public static IReadOnlyList<double> CompactionPause { get; } = Exponential(1, 13);

    /// <summary>100 ms to 819200 ms, in milliseconds.</summary>
    public static IReadOnlyList<double> CompactionTotal { get; } = Exponential(100, 14);

    /// <summary>0.5 ms to 4096 ms, in milliseconds.</summary>
    public static IReadOnlyList<double> IndexPause { get; } = Exponential(0.5, 14);

    /// <summary>5 ms to 10 s, the default of Prometheus' libraries.</summary>
    public static IReadOnlyList<double> Default { get; } =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static double[] Exponential(double start, int count)
    {
        var bounds = new double[count];
        for (var i = 0; i < count; i++)
        {
            bounds[i] = start;
            start *= 2;
        }

        return bounds;
    }
}
