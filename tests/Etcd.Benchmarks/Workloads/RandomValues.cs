namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// Values that no server can compress away: slices of random bytes. Immutable.
/// </summary>
internal static class RandomValues
{
    private const int PoolBytes = 4 << 20;

    private static readonly byte[] Pool = NewPool();

    /// <summary>A value.</summary>
    /// <param name="random">Chooses it.</param>
    /// <param name="bytes">Its length, at most a million.</param>
    public static ReadOnlySpan<byte> Next(ref FastRandom random, int bytes) =>
        Pool.AsSpan((int)random.Below(PoolBytes - bytes), bytes);

    private static byte[] NewPool()
    {
        byte[] pool = new byte[PoolBytes];
        new Random(1).NextBytes(pool);
        return pool;
    }
}
