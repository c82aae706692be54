namespace RocksDbSharp;

/// <summary>A Bloom filter for table files. Table options that use it own the native policy.</summary>
public class BloomFilterPolicy
{
    private BloomFilterPolicy(nint handle) => Handle = handle;

    public IntPtr Handle { get; protected set; }

    /// <param name="bits_per_key">Bits of filter per key; 10 gives about 1 % false positives.</param>
    /// <param name="use_block_based_builder">Without effect since the block-based format was removed.</param>
    public static BloomFilterPolicy Create(int bits_per_key = 10, bool use_block_based_builder = true) =>
        new(NativeMethods.rocksdb_filterpolicy_create_bloom(bits_per_key));
}
