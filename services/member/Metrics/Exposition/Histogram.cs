namespace Etcd.Member.Metrics.Exposition;

/// <summary>Counts of observations by size. Thread-safe, without locks; a scrape may see one not yet in the
/// sum.</summary>
internal sealed class Histogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private long _sumBits;

    /// <summary>Creates a histogram.</summary>
    /// <param name="bounds">Upper bounds, inclusive, ascending, without the infinite one.</param>
    public Histogram(IReadOnlyList<double> bounds)
    {
        _bounds = [.. bounds];
        _counts = new long[_bounds.Length + 1];
    }

    /// <summary>Upper bounds.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Sum of all observations.</summary>
    public double Sum => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _sumBits));

    /// <summary>Observations in one bucket alone; the last is above all bounds.</summary>
    public long CountOf(int bucket) => Interlocked.Read(ref _counts[bucket]);

    /// <summary>Adds an observation. O(log buckets).</summary>
    public void Observe(double value)
    {
        var index = Array.BinarySearch(_bounds, value);
        Interlocked.Increment(ref _counts[index < 0 ? ~index : index]);
        long before, after;
        do
        {
            before = Interlocked.Read(ref _sumBits);
            after = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(before) + value);
        }
        while (Interlocked.CompareExchange(ref _sumBits, after, before) != before);
    }
}
