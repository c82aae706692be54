using System.Runtime.InteropServices;

namespace RocksDbSharp;

/// <summary>Options of reads. An iterator keeps its options alive.</summary>
public unsafe class ReadOptions
{
    private byte* _lowerBound;
    private byte* _upperBound;

    public ReadOptions() => Handle = NativeMethods.rocksdb_readoptions_create();

    ~ReadOptions()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_readoptions_destroy(Handle);
            Handle = 0;
        }

        NativeMemory.Free(_lowerBound);
        NativeMemory.Free(_upperBound);
        _lowerBound = null;
        _upperBound = null;
    }

    public IntPtr Handle { get; protected set; }

    public ReadOptions SetVerifyChecksums(bool value)
    {
        NativeMethods.rocksdb_readoptions_set_verify_checksums(Handle, Flag(value));
        return this;
    }

    public ReadOptions SetFillCache(bool value)
    {
        NativeMethods.rocksdb_readoptions_set_fill_cache(Handle, Flag(value));
        return this;
    }

    public ReadOptions SetSnapshot(Snapshot snapshot)
    {
        NativeMethods.rocksdb_readoptions_set_snapshot(Handle, snapshot.Handle);
        return this;
    }

    public ReadOptions SetReadaheadSize(ulong size)
    {
        NativeMethods.rocksdb_readoptions_set_readahead_size(Handle, (nuint)size);
        return this;
    }

    public ReadOptions SetBackgroundPurgeOnIteratorCleanup(bool value)
    {
        NativeMethods.rocksdb_readoptions_set_background_purge_on_iterator_cleanup(Handle, Flag(value));
        return this;
    }

    /// <summary>First key, inclusive. The key is copied.</summary>
    public ReadOptions SetIterateLowerBound(byte[] key)
    {
        NativeMemory.Free(_lowerBound);
        _lowerBound = Copy(key);
        NativeMethods.rocksdb_readoptions_set_iterate_lower_bound(Handle, _lowerBound, (nuint)key.Length);
        return this;
    }

    /// <summary>End, exclusive. The key is copied.</summary>
    public ReadOptions SetIterateUpperBound(byte[] key)
    {
        NativeMemory.Free(_upperBound);
        _upperBound = Copy(key);
        NativeMethods.rocksdb_readoptions_set_iterate_upper_bound(Handle, _upperBound, (nuint)key.Length);
        return this;
    }

    private static byte* Copy(ReadOnlySpan<byte> key)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, key.Length));
        key.CopyTo(new Span<byte>(memory, key.Length));
        return memory;
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
