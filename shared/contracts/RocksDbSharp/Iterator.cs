namespace RocksDbSharp;

/// <summary>Walks a database's keys in order. For one thread at a time; to be disposed of before the database.</summary>
public unsafe class Iterator : IDisposable
{
    // The native iterator refers to the bounds that the options own.
    private ReadOptions? _readOptions;

    internal Iterator(nint handle, ReadOptions? readOptions)
    {
        Handle = handle;
        _readOptions = readOptions;
    }

    public IntPtr Handle { get; private set; }

    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_iter_destroy(Handle);
            Handle = 0;
        }

        GC.KeepAlive(_readOptions);
        _readOptions = null;
        GC.SuppressFinalize(this);
    }

    public bool Valid() => NativeMethods.rocksdb_iter_valid(Handle) != 0;

    public Iterator SeekToFirst()
    {
        NativeMethods.rocksdb_iter_seek_to_first(Handle);
        return this;
    }

    public Iterator SeekToLast()
    {
        NativeMethods.rocksdb_iter_seek_to_last(Handle);
        return this;
    }

    public Iterator Seek(byte[] key) => Seek(key.AsSpan());

    public Iterator Seek(ReadOnlySpan<byte> key)
    {
        fixed (byte* pointer = key)
        {
            NativeMethods.rocksdb_iter_seek(Handle, pointer, (nuint)key.Length);
        }

        return this;
    }

    public Iterator SeekForPrev(byte[] key) => SeekForPrev(key.AsSpan());

    public Iterator SeekForPrev(ReadOnlySpan<byte> key)
    {
        fixed (byte* pointer = key)
        {
            NativeMethods.rocksdb_iter_seek_for_prev(Handle, pointer, (nuint)key.Length);
        }

        return this;
    }

    public Iterator Next()
    {
        NativeMethods.rocksdb_iter_next(Handle);
        return this;
    }

    public Iterator Prev()
    {
        NativeMethods.rocksdb_iter_prev(Handle);
        return this;
    }

    public byte[] Key() => GetKeySpan().ToArray();

    public byte[] Value() => GetValueSpan().ToArray();

    /// <summary>The current key; valid until the iterator moves.</summary>
    public ReadOnlySpan<byte> GetKeySpan()
    {
        var pointer = NativeMethods.rocksdb_iter_key(Handle, out var length);
        return new ReadOnlySpan<byte>(pointer, checked((int)length));
    }

    /// <summary>The current value; valid until the iterator moves.</summary>
    public ReadOnlySpan<byte> GetValueSpan()
    {
        var pointer = NativeMethods.rocksdb_iter_value(Handle, out var length);
        return new ReadOnlySpan<byte>(pointer, checked((int)length));
    }
}
