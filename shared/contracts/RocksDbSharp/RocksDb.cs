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
    private readonly ColumnFamilies? _families;
    private readonly Dictionary<string, ColumnFamilyHandleInternal> _familyHandles = [];

    private RocksDb(nint handle, OptionsHandle options, string path, ColumnFamilies? families = null)
    {
        Handle = handle;
        _options = options;
        _families = families;
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

    /// <summary>Opens with all column families that the database has.</summary>
    /// <exception cref="RocksDbException">
    /// The database cannot be opened, another process holds it, or it has a family that is not named.
    /// </exception>
    public static RocksDb Open(DbOptions options, string path, ColumnFamilies columnFamilies)
    {
        var descriptors = columnFamilies.ToArray();
        var names = Array.ConvertAll(descriptors, descriptor => descriptor.Name);
        var familyOptions = Array.ConvertAll(descriptors, descriptor => (nint)descriptor.Options.Handle);
        var handles = new nint[descriptors.Length];
        nint error = 0;
        var database = NativeMethods.rocksdb_open_column_families(
            options.Handle, path, names.Length, names, familyOptions, handles, ref error);
        GC.KeepAlive(descriptors);
        RocksDbException.ThrowIfError(error);
        var opened = new RocksDb(database, options, path, columnFamilies);
        for (var i = 0; i < names.Length; i++)
        {
            opened._familyHandles.Add(names[i], new ColumnFamilyHandleInternal(handles[i]));
        }

        return opened;
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
            foreach (var family in _familyHandles.Values)
            {
                family.Destroy();
            }

            NativeMethods.rocksdb_close(Handle);
            Handle = 0;
        }

        GC.KeepAlive(_options);
        GC.KeepAlive(_families);
    }

    /// <exception cref="KeyNotFoundException">It was not opened.</exception>
    public ColumnFamilyHandle GetColumnFamily(string name) => _familyHandles[name];

    /// <summary>The value, owned by the caller; null when the key does not exist.</summary>
    public byte[]? Get(ReadOnlySpan<byte> key, ColumnFamilyHandle? cf = null, ReadOptions? readOptions = null) =>
        Get(key, ArrayDeserializer.Instance, cf, readOptions);

    /// <summary>What is made of the value; the default when the key does not exist.</summary>
    public T? Get<T>(
        ReadOnlySpan<byte> key,
        ISpanDeserializer<T> deserializer,
        ColumnFamilyHandle? cf = null,
        ReadOptions? readOptions = null)
    {
        var options = readOptions ?? DefaultReadOptions;
        nint slice;
        nint error = 0;
        fixed (byte* keyPointer = key)
        {
            slice = cf is null
                ? NativeMethods.rocksdb_get_pinned(
                    Handle, options.Handle, keyPointer, (nuint)key.Length, ref error)
                : NativeMethods.rocksdb_get_pinned_cf(
                    Handle, options.Handle, cf.Handle, keyPointer, (nuint)key.Length, ref error);
        }

        GC.KeepAlive(options);
        RocksDbException.ThrowIfError(error);
        if (slice == 0)
        {
            return default;
        }

        try
        {
            var value = NativeMethods.rocksdb_pinnableslice_value(slice, out var length);
            return deserializer.Deserialize(new ReadOnlySpan<byte>(value, checked((int)length)));
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

    public Iterator NewIterator(ColumnFamilyHandle? cf = null, ReadOptions? readOptions = null)
    {
        var options = readOptions ?? DefaultReadOptions;
        var iterator = cf is null
            ? NativeMethods.rocksdb_create_iterator(Handle, options.Handle)
            : NativeMethods.rocksdb_create_iterator_cf(Handle, options.Handle, cf.Handle);
        return new Iterator(iterator, options);
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
    public string? GetProperty(string propertyName) =>
        TakeText(NativeMethods.rocksdb_property_value(Handle, propertyName));

    /// <summary>The same of one column family.</summary>
    public string? GetProperty(string propertyName, ColumnFamilyHandle cf) =>
        TakeText(NativeMethods.rocksdb_property_value_cf(Handle, cf.Handle, propertyName));

    private static string? TakeText(nint text)
    {
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
    public void CompactRange(byte[]? start, byte[]? limit, ColumnFamilyHandle? cf = null)
    {
        fixed (byte* startPointer = start)
        fixed (byte* limitPointer = limit)
        {
            var startLength = (nuint)(start?.Length ?? 0);
            var limitLength = (nuint)(limit?.Length ?? 0);
            if (cf is null)
            {
                NativeMethods.rocksdb_compact_range(Handle, startPointer, startLength, limitPointer, limitLength);
            }
            else
            {
                NativeMethods.rocksdb_compact_range_cf(
                    Handle, cf.Handle, startPointer, startLength, limitPointer, limitLength);
            }
        }
    }

    private sealed class ArrayDeserializer : ISpanDeserializer<byte[]>
    {
        public static readonly ArrayDeserializer Instance = new();

        public byte[] Deserialize(ReadOnlySpan<byte> buffer) => buffer.ToArray();
    }
}
