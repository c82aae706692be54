namespace RocksDbSharp;

/// <summary>A consistent view of a database. To be disposed of before the database.</summary>
public class Snapshot : IDisposable
{
    private readonly nint _db;

    internal Snapshot(nint db, nint handle)
    {
        _db = db;
        Handle = handle;
    }

    public IntPtr Handle { get; private set; }

    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_release_snapshot(_db, Handle);
            Handle = 0;
        }

        GC.SuppressFinalize(this);
    }
}
