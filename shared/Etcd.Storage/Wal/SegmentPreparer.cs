using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Wal;

/// <summary>
/// Keeps the next segment file ready, preallocated and zero-filled, so that a full segment costs the writer a
/// rename. Zeros are really written: blocks that are only reserved would cost each fsync a change of the file's
/// block map. <see cref="Take"/> and <see cref="Dispose"/> belong to the log-writing thread; the file is filled by
/// a thread of its own.
/// </summary>
internal sealed class SegmentPreparer : IDisposable
{
    /// <summary>Name of the file until it becomes a segment.</summary>
    public const string PreparedName = "next.tmp";

    private const int ChunkBytes = 1 << 20;

    /// <summary>Small steps, so that the log's own fsync never waits behind a whole segment of zeros.</summary>
    private const int SyncEveryBytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly IWalFileSystem _files;
    private readonly long _sizeBytes;
    private readonly bool _inBackground;
    private Thread? _thread;
    private IWalFile? _prepared;
    private volatile bool _stopping;

    public SegmentPreparer(IWalFileSystem files, WalOptions options)
    {
        _files = files;
        _sizeBytes = options.SegmentSizeBytes;
        _inBackground = options.PrepareInBackground;
    }

    /// <summary>Begins to fill the next file; nothing happens when that was begun already.</summary>
    public void Begin()
    {
        if (_thread is not null || !_inBackground)
        {
            return;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "wal-prepare" };
        _thread.Start();
    }

    /// <summary>The filled file, named <see cref="PreparedName"/>, owned by the caller. Waits, or fills it itself.
    /// </summary>
    /// <exception cref="IOException">It cannot be filled.</exception>
    public IWalFile Take()
    {
        _thread?.Join();
        _thread = null;
        lock (_lock)
        {
            var prepared = _prepared;
            _prepared = null;

            // What failed in the background may succeed now, for example when the disk has space again.
            return prepared ?? Fill();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread?.Join();
        lock (_lock)
        {
            _prepared?.Dispose();
            _prepared = null;
        }
    }

    private void Run()
    {
        try
        {
            var file = Fill();
            lock (_lock)
            {
                _prepared = file;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Take repeats it on the writer's thread, where a failure counts.
            lock (_lock)
            {
                _prepared = null;
            }
        }
    }

    private IWalFile Fill()
    {
        var file = _files.Create(PreparedName);
        try
        {
            file.TryAllocate(_sizeBytes);
            var zeros = new byte[Math.Min(ChunkBytes, _sizeBytes)];
            for (long offset = 0, unsynced = 0; offset < _sizeBytes && !_stopping; offset += zeros.Length)
            {
                file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, _sizeBytes - offset)), offset);
                unsynced += zeros.Length;
                if (unsynced >= SyncEveryBytes)
                {
                    file.SyncData();
                    unsynced = 0;
                }
            }

            file.SyncData();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
