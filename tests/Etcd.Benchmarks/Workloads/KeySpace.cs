namespace Etcd.Benchmarks.Workloads;

/// <summary>The keys of the benchmarks: sixteen bytes, in the order of their numbers.</summary>
internal static class KeySpace
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>Where the numbered keys begin.</summary>
    public static ReadOnlySpan<byte> Prefix => "key/"u8;

    /// <summary>Writes the key of a number.</summary>
    /// <param name="destination">At least <see cref="KeyBytes"/> long.</param>
    /// <param name="number">From 0, below 2^48.</param>
    public static void Write(Span<byte> destination, long number)
    {
        Prefix.CopyTo(destination);
        for (int i = KeyBytes - 1; i >= 4; i--)
        {
            destination[i] = "0123456789abcdef"u8[(int)(number & 15)];
            number >>= 4;
        }
    }

    /// <summary>The key of a number as an array of its own.</summary>
    public static byte[] Key(long number)
    {
        byte[] key = new byte[KeyBytes];
        Write(key, number);
        return key;
    }
}
