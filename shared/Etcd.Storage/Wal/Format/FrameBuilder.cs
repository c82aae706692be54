using System.Buffers.Binary;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// Gathers the records of one frame in the sectors that one write takes to the file. Owned by one thread.
/// <code>
/// | Content | Offset | Size | Field                                        |
/// |---------|--------|------|----------------------------------------------|
/// | frame   | 0      | 4    | rolling CRC of the frame before              |
/// |         | 4      |      | records                                      |
/// |---------|--------|------|----------------------------------------------|
/// | record  | 0      | 4    | length n of the data, little-endian          |
/// |         | 4      | 1    | <see cref="RecordType"/>                     |
/// |         | 5      | n    | data                                         |
/// | type 1  |        | n    | metadata                                     |
/// | type 2  |        | 1    | entry type                                   |
/// |         |        | 8    | term                                         |
/// |         |        | 8    | index                                        |
/// |         |        | n−17 | payload                                      |
/// | type 3  |        | 24   | term, vote, commit                           |
/// | 4, 5    |        | 8    | index                                        |
/// |         |        | 8    | term                                         |
/// |         |        | n−16 | configuration state                          |
/// </code>
/// The rolling CRC continues the frame before's over the checksums of the frame's sectors.
/// </summary>
internal sealed class FrameBuilder
{
    /// <summary>Bytes of content before the first record.</summary>
    public const int PrologueBytes = 4;

    public const int RecordHeaderBytes = 5;
    public const int EntryHeaderBytes = 17;
    public const int HardStateBytes = 24;
    public const int MarkerHeaderBytes = 16;

    private const int InitialBytes = 64 << 10;

    /// <summary>A batch of a usual size keeps its buffer; a rare huge one gives it back.</summary>
    private const int KeepBytes = 4 << 20;

    private PageBuffer _buffer = new(InitialBytes);
    private int _contentBytes = PrologueBytes;

    public bool IsEmpty => _contentBytes == PrologueBytes;

    /// <summary>Bytes of the whole frame in a segment.</summary>
    /// <param name="unitBytes">The segment's unit.</param>
    public int FrameBytes(int unitBytes) => checked(Place(_contentBytes - 1) + unitBytes) & -unitBytes;

    public void AddMetadata(ReadOnlySpan<byte> metadata)
    {
        BeginRecord(RecordType.Metadata, metadata.Length);
        Add(metadata);
    }

    public void AddEntry(in LogEntry entry)
    {
        BeginRecord(RecordType.Entry, checked(EntryHeaderBytes + entry.Data.Length));
        Span<byte> head = stackalloc byte[EntryHeaderBytes];
        head[0] = entry.Type;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], entry.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(head[9..], entry.Index);
        Add(head);
        Add(entry.Data.Span);
    }

    public void AddHardState(LogHardState state)
    {
        BeginRecord(RecordType.HardState, HardStateBytes);
        Span<byte> data = stackalloc byte[HardStateBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(data, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(data[8..], state.Vote);
        BinaryPrimitives.WriteUInt64LittleEndian(data[16..], state.Commit);
        Add(data);
    }

    public void AddMarker(LogSnapshotMarker marker, bool repeated)
    {
        BeginRecord(
            repeated ? RecordType.RepeatedMarker : RecordType.Marker,
            checked(MarkerHeaderBytes + marker.ConfState.Length));
        Span<byte> head = stackalloc byte[MarkerHeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(head, marker.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], marker.Term);
        Add(head);
        Add(marker.ConfState.Span);
    }

    /// <summary>Completes the frame for its place.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="offset">Where the frame will stand.</param>
    /// <param name="number">Number of the frame.</param>
    /// <param name="rollingCrc">In: of the frame before; out: of this one.</param>
    /// <returns>The frame's bytes at the beginning of a page of memory, valid until <see cref="Clear"/>.</returns>
    public ReadOnlySpan<byte> Complete(in SegmentHeader segment, long offset, ulong number, ref uint rollingCrc)
    {
        var frame = Buffer(FrameBytes(segment.UnitBytes));
        frame[(Place(_contentBytes - 1) + 1)..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame[Place(0)..], rollingCrc);
        var at = 0;
        for (var rest = _contentBytes; rest > 0; rest -= SectorHeader.ContentBytes)
        {
            var sector = frame.Slice(at, SectorHeader.SectorBytes);
            SectorHeader.Write(sector, segment.LogId, offset + at, rest, number);
            rollingCrc = Crc32C.Append(rollingCrc, sector[..sizeof(uint)]);
            at += sector.Length;
        }

        return frame;
    }

    /// <summary>Empties the frame.</summary>
    public void Clear()
    {
        _contentBytes = PrologueBytes;
        if (_buffer.SizeBytes > KeepBytes)
        {
            _buffer = new PageBuffer(InitialBytes);
        }
    }

    /// <summary>Where a byte of the content stands in the frame.</summary>
    private static int Place(int index)
    {
        var (sector, within) = Math.DivRem(index, SectorHeader.ContentBytes);
        return checked((sector * SectorHeader.SectorBytes) + SectorHeader.SizeBytes + within);
    }

    private void BeginRecord(RecordType type, int dataBytes)
    {
        Span<byte> head = stackalloc byte[RecordHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, dataBytes);
        head[4] = (byte)type;
        Add(head);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var buffer = Buffer(Place(checked(_contentBytes + bytes.Length)));
        while (!bytes.IsEmpty)
        {
            var room = SectorHeader.ContentBytes - (_contentBytes % SectorHeader.ContentBytes);
            var part = bytes[..Math.Min(bytes.Length, room)];
            part.CopyTo(buffer[Place(_contentBytes)..]);
            _contentBytes += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private Span<byte> Buffer(int neededBytes)
    {
        if (neededBytes > _buffer.SizeBytes)
        {
            _buffer.Resize((int)Math.Max(neededBytes, Math.Min(Array.MaxLength / 2, 2L * _buffer.SizeBytes)));
        }

        return _buffer.Span[..neededBytes];
    }
}
