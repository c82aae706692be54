namespace Etcd.Benchmarks.Workloads;

/// <summary>A seeded source of numbers for choosing keys (xorshift64*); a nanosecond each.</summary>
internal struct FastRandom(int seed)
{
    private ulong _state = ((ulong)seed * 0x9E3779B97F4A7C15) | 1;

    /// <summary>A number from 0, below the limit.</summary>
    public long Below(long limit) => (long)Math.BigMul(Next(), (ulong)limit, out _);

    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }
}
