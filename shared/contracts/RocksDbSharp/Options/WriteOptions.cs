namespace RocksDbSharp;

/// <summary>Options of writes.</summary>
public class WriteOptions
{
    public WriteOptions() => Handle = NativeMethods.rocksdb_writeoptions_create();

    ~WriteOptions()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_writeoptions_destroy(Handle);
            Handle = 0;
        }
    }

    public IntPtr Handle { get; protected set; }

    public WriteOptions SetSync(bool value)
    {
        NativeMethods.rocksdb_writeoptions_set_sync(Handle, value ? (byte)1 : (byte)0);
        return this;
    }

    /// <param name="disable">1 to write without the database's own write-ahead log.</param>
    public WriteOptions DisableWal(int disable)
    {
        NativeMethods.rocksdb_writeoptions_disable_WAL(Handle, disable);
        return this;
    }
}
