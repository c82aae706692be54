namespace RocksDbSharp;

/// <summary>Options of a flush.</summary>
public class FlushOptions
{
    public FlushOptions() => Handle = NativeMethods.rocksdb_flushoptions_create();

    ~FlushOptions()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_flushoptions_destroy(Handle);
            Handle = 0;
        }
    }

    public IntPtr Handle { get; protected set; }

    public FlushOptions SetWaitForFlush(bool waitForFlush)
    {
        NativeMethods.rocksdb_flushoptions_set_wait(Handle, waitForFlush ? (byte)1 : (byte)0);
        return this;
    }
}
