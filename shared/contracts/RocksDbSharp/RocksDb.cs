using System.Runtime.InteropServices;

namespace RocksDbSharp;

/// <summary>
/// An open database. Thread-safe, except that it must not be disposed of while another thread uses it.
/// </summary>
public sealed unsafe class RocksDb : IDisposable
{
    private static readonly ReadOptions DefaultReadOptions = new();
    private static readonly WriteOptions DefaultWriteOptions = new();

    // Referred to by the native database as long as it is open.
    private readonly OptionsHandle _options;

    private RocksDb(nint handle, OptionsHandle options, string path)
    {
        Handle = handle;
        _options = options;
        Path = path;
    }

    public IntPtr Handle { get; private set; }

    public string Path { get; }

    /// <exception cref="RocksDbException">The database cannot be opened, or another process holds it.</exception>
    public static RocksDb Open(OptionsHandle options, string path)
    {
        nint error = 0;
        var handle = NativeMethods.rocksdb_open(options.Handle, path, ref error);
        RocksDbException.ThrowIfError(error);
        return new RocksDb(handle, options, path);
    }

    public static RocksDb OpenReadOnly(OptionsHandle options, string path, bool errorIfLogFileExists)
    {
        nint error = 0;
        var handle = NativeMethods.rocksdb_open_for_read_only(
            options.Handle, path, errorIfLogFileExists ? (byte)1 : (byte)0, ref error);
        RocksDbException.ThrowIfError(error);
        return new RocksDb(handle, options, path);
    }

    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_close(Handle);
            Handle = 0;
        }

        GC.KeepAlive(_options);
    }

    /// <summary>The value, owned by the caller; null when the key does not exist.</summary>
    public byte[]? Get(ReadOnlySpan<byte> key, ReadOptions? readOptions = null)
    {
        var options = readOptions ?? DefaultReadOptions;
        nint slice;
        nint error = 0;
        fixed (byte* keyPointer = key)
        {
            slice = NativeMethods.rocksdb_get_pinned(
                Handle, options.Handle, keyPointer, (nuint)key.Length, ref error);
        }

        GC.KeepAlive(options);
        RocksDbException.ThrowIfError(error);
        if (slice == 0)
        {
            return null;
        }

        try
        {
            var value = NativeMethods.rocksdb_pinnableslice_value(slice, out var length);
            return new ReadOnlySpan<byte>(value, checked((int)length)).ToArray();
        }
        finally
        {
            NativeMethods.rocksdb_pinnableslice_destroy(slice);
        }
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, WriteOptions? writeOptions = null)
    {
        var options = writeOptions ?? DefaultWriteOptions;
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = value)
        {
            nint error = 0;
            NativeMethods.rocksdb_put(
                Handle, options.Handle, keyPointer, (nuint)key.Length, valuePointer, (nuint)value.Length, ref error);
            GC.KeepAlive(options);
            RocksDbException.ThrowIfError(error);
        }
    }

    public void Remove(ReadOnlySpan<byte> key, WriteOptions? writeOptions = null)
    {
        var options = writeOptions ?? DefaultWriteOptions;
        fixed (byte* keyPointer = key)
        {
            nint error = 0;
            NativeMethods.rocksdb_delete(Handle, options.Handle, keyPointer, (nuint)key.Length, ref error);
            GC.KeepAlive(options);
            RocksDbException.ThrowIfError(error);
        }
    }

    public void Write(WriteBatch writeBatch, WriteOptions? writeOptions = null)
    {
        var options = writeOptions ?? DefaultWriteOptions;
        nint error = 0;
        NativeMethods.rocksdb_write(Handle, options.Handle, writeBatch.Handle, ref error);
        GC.KeepAlive(options);
        GC.KeepAlive(writeBatch);
        RocksDbException.ThrowIfError(error);
    }

    public Iterator NewIterator(ReadOptions? readOptions = null)
    {
        var options = readOptions ?? DefaultReadOptions;
        return new Iterator(NativeMethods.rocksdb_create_iterator(Handle, options.Handle), options);
    }

    public Snapshot CreateSnapshot() => new(Handle, NativeMethods.rocksdb_create_snapshot(Handle));

    public Checkpoint Checkpoint()
    {
        nint error = 0;
        var handle = NativeMethods.rocksdb_checkpoint_object_create(Handle, ref error);
        RocksDbException.ThrowIfError(error);
        return new Checkpoint(handle);
    }

    /// <summary>The value of a property such as <c>rocksdb.estimate-num-keys</c>; null when there is none.</summary>
    public string? GetProperty(string propertyName)
    {
        var text = NativeMethods.rocksdb_property_value(Handle, propertyName);
        if (text == 0)
        {
            return null;
        }

        var value = Marshal.PtrToStringUTF8(text);
        NativeMethods.rocksdb_free(text);
        return value;
    }

    /// <summary>Writes the memtable to a table file.</summary>
    public void Flush(FlushOptions flushOptions)
    {
        nint error = 0;
        NativeMethods.rocksdb_flush(Handle, flushOptions.Handle, ref error);
        GC.KeepAlive(flushOptions);
        RocksDbException.ThrowIfError(error);
    }

    /// <summary>Compacts the keys from the start to the limit; null means from the first and to the last key.</summary>
    public void CompactRange(byte[]? start, byte[]? limit)
    {
        fixed (byte* startPointer = start)
        fixed (byte* limitPointer = limit)
        {
            NativeMethods.rocksdb_compact_range(
                Handle, startPointer, (nuint)(start?.Length ?? 0), limitPointer, (nuint)(limit?.Length ?? 0));
        }
    }
}
