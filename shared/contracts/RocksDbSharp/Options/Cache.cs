namespace RocksDbSharp;

/// <summary>A cache of table blocks. Table options that use it share it by reference count.</summary>
public class Cache
{
    private Cache(nint handle) => Handle = handle;

    ~Cache()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_cache_destroy(Handle);
            Handle = 0;
        }
    }

    public IntPtr Handle { get; protected set; }

    /// <param name="capacity">Bytes.</param>
    public static Cache CreateLru(ulong capacity) => new(NativeMethods.rocksdb_cache_create_lru((nuint)capacity));

    public Cache SetCapacity(ulong capacity)
    {
        NativeMethods.rocksdb_cache_set_capacity(Handle, (nuint)capacity);
        return this;
    }

    /// <summary>Bytes in the cache.</summary>
    public ulong GetUsage() => NativeMethods.rocksdb_cache_get_usage(Handle);

    /// <summary>Bytes that readers pin.</summary>
    public ulong GetPinnedUsage() => NativeMethods.rocksdb_cache_get_pinned_usage(Handle);
}
