using System.Buffers.Binary;
using System.Globalization;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Format;
using Google.Protobuf;

namespace Etcd.Storage.Import;

/// <summary>
/// Reads the log files of etcd (<c>server/storage/wal</c>): segments named like ours, each a row of frames.
/// <code>
/// | Offset | Size | Field                                                                              |
/// |--------|------|------------------------------------------------------------------------------------|
/// | 0      | 8    | low 56 bits: length n of the record; top bit: padded, the 3 lowest of the top byte |
/// |        |      | give the padding; little-endian; 0 ends what was written in the segment            |
/// | 8      | n    | <c>walpb.Record</c>: type, CRC-32C over all records' data so far, data             |
/// | 8 + n  | 0–7  | padding to a multiple of 8                                                         |
/// </code>
/// A record that is cut, or that has a sector of zeros, at the end of the last segment is a torn write; any other
/// damage is refused. Used by one thread.
/// </summary>
internal sealed class EtcdLogReader
{
    private const int SectorBytes = 512;
    private const int FrameBytes = 8;

    private readonly SortedDictionary<ulong, LogSnapshotMarker> _markers = [];
    private readonly List<LogEntry> _entries = [];
    private byte[]? _metadata;
    private LogHardState _hardState;
    private uint _crc;

    private enum RecordType
    {
        Metadata = 1,
        Entry = 2,
        State = 3,
        Crc = 4,
        Snapshot = 5,
    }

    /// <summary>The segments of a directory, ascending.</summary>
    public static List<string> Segments(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        return Directory.EnumerateFiles(directory)
            .Where(path => SegmentName.TryParse(Path.GetFileName(path), out _))
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>Reads a whole log.</summary>
    /// <exception cref="LogCorruptException">It is damaged where no crash can have damaged it.</exception>
    public static EtcdLog Read(string directory)
    {
        var reader = new EtcdLogReader();
        var segments = Segments(directory);
        for (var i = 0; i < segments.Count; i++)
        {
            reader.ReadSegment(segments[i], isFirst: i == 0, isLast: i == segments.Count - 1);
        }

        if (reader._metadata is not { } metadata)
        {
            throw new LogCorruptException(segments.Count > 0 ? segments[0] : directory, 0, "the log has no metadata");
        }

        return new EtcdLog(metadata, reader._hardState, reader._markers.Values.ToList(), reader._entries);
    }

    private void ReadSegment(string path, bool isFirst, bool isLast)
    {
        var bytes = File.ReadAllBytes(path);
        long offset = 0;
        while (offset + FrameBytes <= bytes.Length)
        {
            var frame = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan((int)offset));
            if (frame == 0)
            {
                return;
            }

            var sizeBytes = (long)(frame & 0x00FF_FFFF_FFFF_FFFF);
            var padBytes = frame >> 63 == 0 ? 0 : (int)((frame >> 56) & 7);
            var end = offset + FrameBytes + sizeBytes + padBytes;
            if (end > bytes.Length)
            {
                Torn(path, offset, isLast, "a record reaches beyond the file");
                return;
            }

            var record = bytes.AsMemory((int)offset + FrameBytes, (int)sizeBytes);
            if (Read(record, isFirst && offset == 0) is { } reason)
            {
                Torn(path, offset, isLast && HasZeroSector(record.Span, offset + FrameBytes), reason);
                return;
            }

            offset = end;
        }
    }

    private static void Torn(string path, long offset, bool isTorn, string reason)
    {
        if (!isTorn)
        {
            throw new LogCorruptException(path, offset, reason);
        }
    }

    private static bool HasZeroSector(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var part = Math.Min(bytes.Length, SectorBytes - (int)(offset % SectorBytes));
            if (bytes[..part].IndexOfAnyExcept((byte)0) < 0)
            {
                return true;
            }

            bytes = bytes[part..];
            offset += part;
        }

        return false;
    }

    /// <returns>What is wrong; null when nothing is.</returns>
    private string? Read(ReadOnlyMemory<byte> bytes, bool isLogStart)
    {
        try
        {
            var record = Walpb.Record.Parser.ParseFrom(bytes.Span);
            if (record.Type == (long)RecordType.Crc)
            {
                // The first segment that is left says what the ones before it came to.
                if (!isLogStart && record.Crc != _crc)
                {
                    return "the segment does not continue the one before";
                }

                _crc = record.Crc;
                return null;
            }

            var crc = Crc32C.Append(_crc, record.Data.Span);
            if (crc != record.Crc)
            {
                return "the record's checksum does not match";
            }

            _crc = crc;
            return Add((RecordType)record.Type, record.Data);
        }
        catch (InvalidProtocolBufferException exception)
        {
            return exception.Message;
        }
    }

    private string? Add(RecordType type, ByteString data)
    {
        switch (type)
        {
            case RecordType.Metadata:
                if (_metadata is not null && !data.Span.SequenceEqual(_metadata))
                {
                    return "the segment's metadata are another member's";
                }

                _metadata = data.ToByteArray();
                return null;
            case RecordType.Entry:
                return Add(Raftpb.Entry.Parser.ParseFrom(data));
            case RecordType.State:
                var state = Raftpb.HardState.Parser.ParseFrom(data);
                _hardState = new LogHardState(state.Term, state.Vote, state.Commit);
                return null;
            case RecordType.Snapshot:
                var snapshot = Walpb.Snapshot.Parser.ParseFrom(data);
                _markers[snapshot.Index] = new LogSnapshotMarker(
                    snapshot.Index, snapshot.Term, snapshot.ConfState?.ToByteArray() ?? []);
                return null;
            default:
                return string.Create(CultureInfo.InvariantCulture, $"there is no record type {(int)type}");
        }
    }

    private string? Add(Raftpb.Entry entry)
    {
        // A snapshot from the leader leaves a gap; nothing before it is needed any more.
        if (_entries.Count > 0 && entry.Index > _entries[^1].Index + 1)
        {
            if (!_markers.ContainsKey(entry.Index - 1))
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"entry {entry.Index} follows entry {_entries[^1].Index}");
            }

            _entries.Clear();
        }

        if (_entries.Count > 0 && entry.Index <= _entries[^1].Index)
        {
            var keep = entry.Index <= _entries[0].Index ? 0 : (int)(entry.Index - _entries[0].Index);
            _entries.RemoveRange(keep, _entries.Count - keep);
        }

        _entries.Add(new LogEntry((byte)entry.Type, entry.Term, entry.Index, entry.Data.Memory));
        return null;
    }
}
