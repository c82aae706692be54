namespace RocksDbSharp;

/// <summary>Owns native options. The native side offers no getters, so the classes have none either.</summary>
public abstract class OptionsHandle
{
    protected OptionsHandle() => Handle = NativeMethods.rocksdb_options_create();

    ~OptionsHandle()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_options_destroy(Handle);
            Handle = 0;
        }
    }

    public IntPtr Handle { get; private set; }
}
