namespace RocksDbSharp;

/// <summary>Options of the usual table format.</summary>
public class BlockBasedTableOptions
{
    // What the native options refer to; the cache is shared, the policy is taken over.
    private object? _cache;
    private object? _filterPolicy;

    public BlockBasedTableOptions() => Handle = NativeMethods.rocksdb_block_based_options_create();

    ~BlockBasedTableOptions()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_block_based_options_destroy(Handle);
            Handle = 0;
        }
    }

    public IntPtr Handle { get; protected set; }

    public BlockBasedTableOptions SetBlockSize(ulong blockSize)
    {
        NativeMethods.rocksdb_block_based_options_set_block_size(Handle, (nuint)blockSize);
        return this;
    }

    public BlockBasedTableOptions SetBlockCache(Cache blockCache)
    {
        NativeMethods.rocksdb_block_based_options_set_block_cache(Handle, blockCache.Handle);
        _cache = blockCache;
        GC.KeepAlive(_cache);
        return this;
    }

    public BlockBasedTableOptions SetFilterPolicy(BloomFilterPolicy filterPolicy)
    {
        NativeMethods.rocksdb_block_based_options_set_filter_policy(Handle, filterPolicy.Handle);
        _filterPolicy = filterPolicy;
        GC.KeepAlive(_filterPolicy);
        return this;
    }

    public BlockBasedTableOptions SetWholeKeyFiltering(bool wholeKeyFiltering)
    {
        NativeMethods.rocksdb_block_based_options_set_whole_key_filtering(Handle, Flag(wholeKeyFiltering));
        return this;
    }

    public BlockBasedTableOptions SetFormatVersion(int formatVersion)
    {
        NativeMethods.rocksdb_block_based_options_set_format_version(Handle, formatVersion);
        return this;
    }

    public BlockBasedTableOptions SetCacheIndexAndFilterBlocks(bool cacheIndexAndFilterBlocks)
    {
        NativeMethods.rocksdb_block_based_options_set_cache_index_and_filter_blocks(
            Handle, Flag(cacheIndexAndFilterBlocks));
        return this;
    }

    public BlockBasedTableOptions SetPinL0FilterAndIndexBlocksInCache(bool pinL0FilterAndIndexBlocksInCache)
    {
        NativeMethods.rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(
            Handle, Flag(pinL0FilterAndIndexBlocksInCache));
        return this;
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
