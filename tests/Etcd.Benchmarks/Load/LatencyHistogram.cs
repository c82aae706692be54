using System.Numerics;

namespace Etcd.Benchmarks.Load;

/// <summary>
/// Counts of latencies in buckets of at most 1/128 relative width, from one nanosecond up; recording is an addition to
/// an array element. One thread writes.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;
    private const int Buckets = (64 - SubBits) * SubCount;

    private readonly long[] _counts = new long[Buckets];

    /// <summary>How many latencies were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The sum of all, for the mean.</summary>
    public double SumNanoseconds { get; private set; }

    public void Record(long nanoseconds)
    {
        long value = Math.Max(nanoseconds, 0);
        _counts[IndexOf(value)]++;
        Count++;
        SumNanoseconds += value;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        SumNanoseconds += other.SumNanoseconds;
    }

    /// <summary>The latency that a share of all does not exceed.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <returns>Nanoseconds: the upper end of the bucket; 0 when nothing was recorded.</returns>
    public double Quantile(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return UpperEnd(i);
            }
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < SubCount)
        {
            return (int)value;
        }

        int shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubCount);
    }

    private static double UpperEnd(int index)
    {
        int shift = (index >> SubBits) - 1;
        return shift < 0 ? index : (double)(((long)(index & (SubCount - 1)) + SubCount + 1) << shift) - 1;
    }
}
