using System.Buffers.Binary;
using System.Globalization;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// Rebuilds what the log holds from its records, in the order in which they were written: a repeated index
/// replaces the tail, the last hard state wins, a marker that contradicts the entries voids them. Owned by the
/// opening thread.
/// </summary>
internal sealed class LogReplay(ulong appliedIndex)
{
    private readonly SortedDictionary<ulong, LogSnapshotMarker> _markers = [];
    private readonly List<LogEntry> _entries = [];
    private TermRuns _terms = new(0);
    private byte[]? _metadata;
    private LogHardState _hardState;

    /// <summary>Terms of the entries, to be continued by the open log.</summary>
    public TermRuns Terms => _terms;

    /// <summary>Every marker in the log, ascending by index.</summary>
    public IEnumerable<LogSnapshotMarker> Markers => _markers.Values;

    /// <summary>Highest index that the records of the segment being read have shown.</summary>
    public ulong SegmentMaxIndex { get; private set; }

    /// <summary>Begins a segment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isFirst">True for the oldest one that is left.</param>
    public void BeginSegment(SegmentName name, bool isFirst)
    {
        // Everything below the first segment's first index was released or replaced by a snapshot.
        SegmentMaxIndex = name.FirstIndex - 1;
        if (isFirst)
        {
            _terms = new TermRuns(name.FirstIndex - 1);
        }
    }

    /// <summary>Takes a frame's records over. Entries keep slices of them.</summary>
    /// <param name="records">The records.</param>
    /// <param name="file">Path, for messages.</param>
    /// <param name="offset">Offset of the frame, for messages.</param>
    public void Add(ReadOnlyMemory<byte> records, string file, long offset)
    {
        while (!records.IsEmpty)
        {
            var sizeBytes = records.Length < FrameBuilder.RecordHeaderBytes
                ? -1
                : BinaryPrimitives.ReadInt32LittleEndian(records.Span);
            if (sizeBytes < 0 || sizeBytes > records.Length - FrameBuilder.RecordHeaderBytes)
            {
                throw new LogCorruptException(file, offset, "a record reaches beyond its frame");
            }

            var data = records.Slice(FrameBuilder.RecordHeaderBytes, sizeBytes);
            if (AddRecord((RecordType)records.Span[4], data) is { } reason)
            {
                throw new LogCorruptException(file, offset, reason);
            }

            records = records[(FrameBuilder.RecordHeaderBytes + sizeBytes)..];
        }
    }

    /// <summary>The result, once every segment was read.</summary>
    /// <param name="file">Path of the first segment, for messages.</param>
    public RecoveredLog Finish(string file)
    {
        if (_metadata is null)
        {
            throw new LogCorruptException(file, 0, "the log has no metadata");
        }

        LogSnapshotMarker? newest = null;
        foreach (var marker in _markers.Values)
        {
            newest = marker.Index <= appliedIndex ? marker : newest;
        }

        if (newest is not { } start || start.Index < _terms.BaseIndex)
        {
            throw new LogCorruptException(file, 0, string.Create(
                CultureInfo.InvariantCulture,
                $"the log begins after index {_terms.BaseIndex}, but the state reaches only to {appliedIndex}: " +
                $"the two are not of the same member or time"));
        }

        DropThrough(start.Index);
        return new RecoveredLog(_metadata, _hardState, start, _entries);
    }

    private string? AddRecord(RecordType type, ReadOnlyMemory<byte> data)
    {
        var span = data.Span;
        switch (type)
        {
            case RecordType.Metadata:
                if (_metadata is not null && !span.SequenceEqual(_metadata))
                {
                    return "the segment's metadata are another member's";
                }

                _metadata ??= span.ToArray();
                return null;
            case RecordType.Entry when data.Length >= FrameBuilder.EntryHeaderBytes:
                return AddEntry(new LogEntry(
                    span[0],
                    BinaryPrimitives.ReadUInt64LittleEndian(span[1..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(span[9..]),
                    data[FrameBuilder.EntryHeaderBytes..]));
            case RecordType.HardState when data.Length == FrameBuilder.HardStateBytes:
                _hardState = new LogHardState(
                    BinaryPrimitives.ReadUInt64LittleEndian(span),
                    BinaryPrimitives.ReadUInt64LittleEndian(span[8..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(span[16..]));
                return null;
            case RecordType.Marker or RecordType.RepeatedMarker when data.Length >= FrameBuilder.MarkerHeaderBytes:
                AddMarker(
                    new LogSnapshotMarker(
                        BinaryPrimitives.ReadUInt64LittleEndian(span),
                        BinaryPrimitives.ReadUInt64LittleEndian(span[8..]),
                        data[FrameBuilder.MarkerHeaderBytes..].ToArray()),
                    type == RecordType.RepeatedMarker);
                return null;
            default:
                return string.Create(
                    CultureInfo.InvariantCulture, $"a record of type {(byte)type} has {data.Length} bytes");
        }
    }

    private string? AddEntry(in LogEntry entry)
    {
        var lastIndex = _terms.LastIndex;
        if (!_terms.TryAppend(entry.Index, entry.Term))
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"entry {entry.Index} follows entry {lastIndex}");
        }

        SegmentMaxIndex = Math.Max(SegmentMaxIndex, entry.Index);
        if (_entries.Count > 0 && entry.Index <= _entries[^1].Index)
        {
            var keep = entry.Index <= _entries[0].Index ? 0 : (int)(entry.Index - _entries[0].Index);
            _entries.RemoveRange(keep, _entries.Count - keep);
        }

        _entries.Add(entry);
        return null;
    }

    private void AddMarker(LogSnapshotMarker marker, bool repeated)
    {
        _markers[marker.Index] = marker;
        if (!repeated)
        {
            SegmentMaxIndex = Math.Max(SegmentMaxIndex, marker.Index);
            if (_terms.ApplyMarker(marker.Index, marker.Term))
            {
                _entries.Clear();
            }
        }

        // Entries that no start can need any more do not wait in memory for the end.
        if (marker.Index <= appliedIndex && marker.Index <= _terms.LastIndex)
        {
            DropThrough(marker.Index);
        }
    }

    private void DropThrough(ulong index)
    {
        if (_entries.Count > 0 && _entries[0].Index <= index)
        {
            var count = Math.Min((ulong)_entries.Count, index - _entries[0].Index + 1);
            _entries.RemoveRange(0, (int)count);
        }

        _terms.ReleaseThrough(index);
    }
}
