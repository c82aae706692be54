using System.Diagnostics;
using System.Globalization;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// The log as segment files. Appended records gather in one frame; a sync writes it with one write and makes it
/// durable with one fsync. A frame lies in one segment; when it does not fit, the next segment is begun first,
/// with a head frame that repeats what a reopen needs: metadata, hard state and the markers still of use. Owned by
/// the log-writing thread. After a failed write or fsync what the disk holds is unknown, so every later call fails.
/// </summary>
internal sealed class SegmentedRaftLog : IRaftLog
{
    private readonly IWalFileSystem _files;
    private readonly WalOptions _options;
    private readonly SpareSegments _spares;
    private readonly byte[] _metadata;
    private readonly TermRuns _terms;
    private readonly FrameBuilder _frame = new();

    // All segments, ascending; the last one is open.
    private readonly List<(SegmentName Name, ulong MaxIndex)> _segments;
    private readonly SortedDictionary<ulong, LogSnapshotMarker> _markers = [];
    private readonly List<LogSnapshotMarker> _unsyncedMarkers = [];

    private LogHardState _hardState;
    private LogHardState _unsyncedHardState;
    private OpenSegment _open;
    private ulong _unsyncedMaxIndex;
    private StorageException? _failure;
    private bool _disposed;

    public SegmentedRaftLog(
        IWalFileSystem files, WalOptions options, SpareSegments spares, LogContents contents, OpenSegment open)
    {
        _files = files;
        _options = options;
        _spares = spares;
        _metadata = contents.Metadata;
        _hardState = _unsyncedHardState = contents.HardState;
        _terms = contents.Terms;
        _segments = contents.Segments;
        _open = open;
        foreach (var marker in contents.Markers)
        {
            _markers[marker.Index] = marker;
        }
    }

    private ulong NewestDurableMarker => _markers.Count == 0 ? 0 : _markers.Keys.Last();

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<LogEntry> entries)
    {
        CheckUsable();
        foreach (ref readonly var entry in entries)
        {
            var lastIndex = _terms.LastIndex;
            if (!_terms.TryAppend(entry.Index, entry.Term))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"entry {entry.Index} cannot follow {lastIndex}"),
                    nameof(entries));
            }

            _frame.AddEntry(entry);
            _unsyncedMaxIndex = Math.Max(_unsyncedMaxIndex, entry.Index);
        }
    }

    /// <inheritdoc/>
    public void SaveHardState(LogHardState state)
    {
        CheckUsable();
        _frame.AddHardState(state);
        _unsyncedHardState = state;
    }

    /// <inheritdoc/>
    public void SaveMarker(LogSnapshotMarker marker)
    {
        CheckUsable();
        if (marker is { Index: > 0, Term: 0 })
        {
            throw new ArgumentException("a marker above index 0 has a term", nameof(marker));
        }

        _frame.AddMarker(marker, repeated: false);
        _terms.ApplyMarker(marker.Index, marker.Term);
        _unsyncedMarkers.Add(marker);
        _unsyncedMaxIndex = Math.Max(_unsyncedMaxIndex, marker.Index);
    }

    /// <inheritdoc/>
    public void Sync()
    {
        CheckUsable();
        if (_frame.IsEmpty)
        {
            return;
        }

        try
        {
            if (_open.Position.Offset + _frame.FrameBytes(_open.Header.UnitBytes) > _options.SegmentSizeBytes
                && _open.Position.Frame > _open.Header.PreviousFrame + 1)
            {
                BeginSegment();
            }

            WriteFrame();
        }
        catch (Exception exception)
        {
            throw Fail("write", exception);
        }

        _hardState = _unsyncedHardState;
        foreach (var marker in _unsyncedMarkers)
        {
            _markers[marker.Index] = marker;
        }

        _unsyncedMarkers.Clear();
        var (name, maxIndex) = _segments[^1];
        _segments[^1] = (name, Math.Max(maxIndex, _unsyncedMaxIndex));
        _unsyncedMaxIndex = 0;
    }

    /// <inheritdoc/>
    public void ReleaseThrough(ulong index)
    {
        CheckUsable();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, NewestDurableMarker);

        // A reopen starts after the newest marker at or below the applied index, which is never below this one.
        var start = _markers.Keys.Last(marker => marker <= index);
        var count = 0;
        while (count < _segments.Count - 1 && _segments[count].MaxIndex <= start)
        {
            count++;
        }

        foreach (var obsolete in _markers.Keys.Where(marker => marker < start).ToArray())
        {
            _markers.Remove(obsolete);
        }

        if (count == 0)
        {
            return;
        }

        try
        {
            // Oldest first: whatever a crash leaves is without a gap.
            for (var i = 0; i < count; i++)
            {
                _spares.Add(_segments[i].Name);
            }

            _files.SyncDirectory();
        }
        catch (Exception exception)
        {
            throw Fail("release segments of", exception);
        }

        _segments.RemoveRange(0, count);
        _terms.ReleaseThrough(_segments[0].Name.FirstIndex - 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _spares.Dispose();
        _open.File.Dispose();
    }

    private void WriteFrame()
    {
        var (offset, number, crc) = _open.Position;
        var bytes = _frame.Complete(_open.Header, offset, ++number, ref crc);
        var start = Stopwatch.GetTimestamp();
        _open.File.Write(bytes, offset);
        var written = Stopwatch.GetTimestamp();
        _open.File.SyncData();
        _options.Observer?.OnSynced(
            bytes.Length, Stopwatch.GetElapsedTime(start, written), Stopwatch.GetElapsedTime(written));
        _open = _open with { Position = new SegmentPosition(offset + bytes.Length, number, crc) };
        _frame.Clear();

        // Half a segment leaves time enough, and a member that writes little never pays for a second one.
        if (_open.Position.Offset > _options.SegmentSizeBytes / 2)
        {
            _spares.Begin();
        }
    }

    private void BeginSegment()
    {
        // Entries and markers that wait in the frame go into the new segment: it begins after what is durable.
        var (last, maxIndex) = _segments[^1];
        var name = new SegmentName(last.Sequence + 1, maxIndex + 1);
        var next = SegmentWriter.Begin(
            _files,
            _spares.Take(),
            _open.Header.LogId,
            name,
            previous: _open.Position,
            _metadata,
            _hardState,
            _markers.Values);
        _open.File.Dispose();
        _open = next;
        _segments.Add((name, maxIndex));
        _options.Observer?.OnSegmentBegun(name.Sequence);
    }

    private void CheckUsable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is { } failure)
        {
            throw new StorageException(failure.Message, failure);
        }
    }

    private StorageException Fail(string what, Exception exception)
    {
        var reason = exception.Message.Contains("space", StringComparison.OrdinalIgnoreCase)
            ? $"{exception.Message} (the disk is full: free space or enlarge the volume, then start the member again)"
            : exception.Message;
        return _failure = new StorageException(
            $"cannot {what} the log in {_files.DirectoryPath}, and what reached the disk is unknown, so the member " +
            $"must stop: {reason}",
            exception);
    }
}
