using System.Globalization;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// Keeps files ready that become segments, so that a full segment costs the writer a rename. They are segments that were
/// released, with what is in them: writing to blocks that were written before changes no metadata of the file, so that
/// an fsync is shorter and writes less. Where none was released, a file is created and its space reserved, by a thread
/// of its own. All else belongs to the log-writing thread.
/// </summary>
internal sealed class SpareSegments : IDisposable
{
    /// <summary>What a release gives beyond this is deleted. No more is held than the log itself took before it.</summary>
    private const int MaxKept = 4;

    private const string Prefix = "spare-";
    private const string Suffix = ".tmp";

    private readonly IWalFileSystem _files;
    private readonly WalOptions _options;
    private readonly CancellationTokenSource _stopping = new();

    // Names of the released ones that are kept.
    private readonly Queue<string> _kept = [];
    private Thread? _thread;
    private volatile IWalFile? _created;
    private ulong _createdCount;

    public SpareSegments(IWalFileSystem files, WalOptions options)
    {
        _files = files;
        _options = options;
    }

    /// <summary>Name of the file that is being created, or was.</summary>
    private string CreatedName => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{_createdCount}{Suffix}");

    /// <summary>Deletes what an earlier process kept: one of its files may be half a segment.</summary>
    public static void DeleteAll(IWalFileSystem files)
    {
        foreach (var name in files.List())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                files.Delete(name);
            }
        }
    }

    /// <summary>Begins to create a file if there is none; nothing happens when that was begun already.</summary>
    public void Begin()
    {
        if (_thread is not null || _kept.Count > 0 || !_options.PrepareInBackground)
        {
            return;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "wal-prepare" };
        _thread.Start();
    }

    /// <summary>A file, owned by the caller. Waits for one that is being created, or creates it itself.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public SpareSegment Take()
    {
        if (_kept.TryDequeue(out var kept))
        {
            return new SpareSegment(kept, _files.Open(kept));
        }

        _thread?.Join();
        _thread = null;

        // What failed in the background may succeed now, for example when the disk has space again.
        var spare = new SpareSegment(CreatedName, _created ?? Create());
        _created = null;
        _createdCount++;
        return spare;
    }

    /// <summary>Takes over the file of a segment that is not needed any more, or deletes it. Its name is gone for good
    /// only when the directory is synced, which comes before any <see cref="Take"/>.</summary>
    public void Add(SegmentName released)
    {
        var name = released.ToString();
        if (_kept.Count == MaxKept || !HasUsualSize(name))
        {
            _files.Delete(name);
            return;
        }

        var kept = $"{Prefix}{name}{Suffix}";
        _files.Rename(name, kept);
        _kept.Enqueue(kept);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _thread?.Join();
        _stopping.Dispose();
        _created?.Dispose();
        _created = null;
    }

    /// <summary>Not that of a batch bigger than a segment, or of other options.</summary>
    private bool HasUsualSize(string name)
    {
        using var file = _files.Open(name);
        return file.Length == _options.SegmentSizeBytes;
    }

    private void Run()
    {
        try
        {
            _created = Create();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Take repeats it on the writer's thread, where a failure counts.
            _created = null;
        }
    }

    private IWalFile Create()
    {
        var file = _files.Create(CreatedName);
        try
        {
            file.EndInZeros(from: 0, _options.SegmentSizeBytes, _stopping.Token);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
