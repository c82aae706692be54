namespace RocksDbSharp;

/// <summary>Changes that are written together. Used by one thread at a time.</summary>
public unsafe class WriteBatch : IDisposable
{
    public WriteBatch() => Handle = NativeMethods.rocksdb_writebatch_create();

    public IntPtr Handle { get; private set; }

    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_writebatch_destroy(Handle);
            Handle = 0;
        }

        GC.SuppressFinalize(this);
    }

    public WriteBatch Clear()
    {
        NativeMethods.rocksdb_writebatch_clear(Handle);
        return this;
    }

    public int Count() => NativeMethods.rocksdb_writebatch_count(Handle);

    public WriteBatch Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ColumnFamilyHandle? cf = null)
    {
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = value)
        {
            if (cf is null)
            {
                NativeMethods.rocksdb_writebatch_put(
                    Handle, keyPointer, (nuint)key.Length, valuePointer, (nuint)value.Length);
            }
            else
            {
                NativeMethods.rocksdb_writebatch_put_cf(
                    Handle, cf.Handle, keyPointer, (nuint)key.Length, valuePointer, (nuint)value.Length);
            }
        }

        return this;
    }

    public WriteBatch Delete(ReadOnlySpan<byte> key, ColumnFamilyHandle? cf = null)
    {
        fixed (byte* keyPointer = key)
        {
            if (cf is null)
            {
                NativeMethods.rocksdb_writebatch_delete(Handle, keyPointer, (nuint)key.Length);
            }
            else
            {
                NativeMethods.rocksdb_writebatch_delete_cf(Handle, cf.Handle, keyPointer, (nuint)key.Length);
            }
        }

        return this;
    }

    /// <summary>Removes the keys from the start, inclusive, to the end, exclusive.</summary>
    public WriteBatch DeleteRange(
        byte[] startKey, ulong sklen, byte[] endKey, ulong eklen, ColumnFamilyHandle? cf = null)
    {
        fixed (byte* start = startKey)
        fixed (byte* end = endKey)
        {
            DeleteRange(start, sklen, end, eklen, cf);
        }

        return this;
    }

    /// <summary>Removes the keys from the start, inclusive, to the end, exclusive.</summary>
    public void DeleteRange(
        byte* startKey, ulong sklen, byte* endKey, ulong eklen, ColumnFamilyHandle? cf = null)
    {
        if (cf is null)
        {
            NativeMethods.rocksdb_writebatch_delete_range(Handle, startKey, (nuint)sklen, endKey, (nuint)eklen);
        }
        else
        {
            NativeMethods.rocksdb_writebatch_delete_range_cf(
                Handle, cf.Handle, startKey, (nuint)sklen, endKey, (nuint)eklen);
        }
    }
}
