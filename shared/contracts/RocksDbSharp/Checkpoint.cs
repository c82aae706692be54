namespace RocksDbSharp;

/// <summary>Makes openable copies of a database, by hard links where the file system allows it.</summary>
public class Checkpoint : IDisposable
{
    public Checkpoint(IntPtr handle) => Handle = handle;

    public IntPtr Handle { get; private set; }

    /// <summary>Writes a copy.</summary>
    /// <param name="checkpointDir">A directory that does not exist yet.</param>
    /// <param name="logSizeForFlush">Bytes of the write-ahead log from which the memtable is flushed first.</param>
    public void Save(string checkpointDir, ulong logSizeForFlush = 0)
    {
        nint error = 0;
        NativeMethods.rocksdb_checkpoint_create(Handle, checkpointDir, logSizeForFlush, ref error);
        RocksDbException.ThrowIfError(error);
    }

    public void Dispose()
    {
        if (Handle != 0)
        {
            NativeMethods.rocksdb_checkpoint_object_destroy(Handle);
            Handle = 0;
        }

        GC.SuppressFinalize(this);
    }
}
