using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Wal;

/// <summary>
/// Keeps the next segment file ready, preallocated and full of zeros, so that a full segment costs the writer a
/// rename. <see cref="Take"/> and <see cref="Dispose"/> belong to the log-writing thread; the file is filled by
/// a thread of its own.
/// </summary>
internal sealed class SegmentPreparer : IDisposable
{
    /// <summary>Name of the file until it becomes a segment.</summary>
    public const string PreparedName = "next.tmp";

    private readonly Lock _lock = new();
    private readonly IWalFileSystem _files;
    private readonly long _sizeBytes;
    private readonly bool _inBackground;
    private readonly CancellationTokenSource _stopping = new();
    private Thread? _thread;
    private IWalFile? _prepared;

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
        _stopping.Cancel();
        _thread?.Join();
        _stopping.Dispose();
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
            file.EndInZeros(from: 0, _sizeBytes, _stopping.Token);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
