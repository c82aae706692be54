namespace RocksDbSharp;

/// <summary>A handle that its database owns.</summary>
internal sealed class ColumnFamilyHandleInternal(nint handle) : ColumnFamilyHandle
{
    private nint _handle = handle;

    public override IntPtr Handle => _handle;

    /// <summary>Before the database closes.</summary>
    public void Destroy()
    {
        NativeMethods.rocksdb_column_family_handle_destroy(_handle);
        _handle = 0;
    }
}
