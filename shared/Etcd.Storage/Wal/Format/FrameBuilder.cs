using System.Buffers.Binary;
using Etcd.Ports.Log;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// Gathers the records of one frame in one buffer, so that one write takes them to the file. Owned by one thread.
/// <code>
/// | Record | Offset | Size | Field                                       |
/// |--------|--------|------|---------------------------------------------|
/// | all    | 0      | 4    | length n of the data, little-endian         |
/// |        | 4      | 1    | <see cref="RecordType"/>                    |
/// |        | 5      | n    | data                                        |
/// | 1      |        | n    | metadata                                    |
/// | 2      |        | 1    | entry type                                  |
/// |        |        | 8    | term                                        |
/// |        |        | 8    | index                                       |
/// |        |        | n−17 | payload                                     |
/// | 3      |        | 24   | term, vote, commit                          |
/// | 4, 5   |        | 8    | index                                       |
/// |        |        | 8    | term                                        |
/// |        |        | n−16 | configuration state                         |
/// </code>
/// Zeros and a last byte 0xFF pad the body to a multiple of 8 bytes.
/// </summary>
internal sealed class FrameBuilder
{
    public const int RecordHeaderBytes = 5;
    public const int EntryHeaderBytes = 17;
    public const int HardStateBytes = 24;
    public const int MarkerHeaderBytes = 16;

    /// <summary>Last byte of a body before it is masked.</summary>
    public const byte Trailer = 0xFF;

    private const int InitialBytes = 64 << 10;

    /// <summary>A batch of a usual size keeps its buffer; a rare huge one gives it back.</summary>
    private const int KeepBytes = 4 << 20;

    private byte[] _buffer = new byte[InitialBytes];
    private int _position = FrameHeader.SizeBytes;

    public bool IsEmpty => _position == FrameHeader.SizeBytes;

    /// <summary>Bytes of the whole frame, header and padding included.</summary>
    public int FrameBytes => Align(_position);

    public void AddMetadata(ReadOnlySpan<byte> metadata) =>
        metadata.CopyTo(Record(RecordType.Metadata, metadata.Length));

    public void AddEntry(in LogEntry entry)
    {
        var data = Record(RecordType.Entry, checked(EntryHeaderBytes + entry.Data.Length));
        data[0] = entry.Type;
        BinaryPrimitives.WriteUInt64LittleEndian(data[1..], entry.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(data[9..], entry.Index);
        entry.Data.Span.CopyTo(data[EntryHeaderBytes..]);
    }

    public void AddHardState(LogHardState state)
    {
        var data = Record(RecordType.HardState, HardStateBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(data, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(data[8..], state.Vote);
        BinaryPrimitives.WriteUInt64LittleEndian(data[16..], state.Commit);
    }

    public void AddMarker(LogSnapshotMarker marker, bool repeated)
    {
        var data = Record(
            repeated ? RecordType.RepeatedMarker : RecordType.Marker,
            checked(MarkerHeaderBytes + marker.ConfState.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(data, marker.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(data[8..], marker.Term);
        marker.ConfState.Span.CopyTo(data[MarkerHeaderBytes..]);
    }

    /// <summary>Completes the frame for its place.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="offset">Where the frame will stand.</param>
    /// <param name="number">Number of the frame.</param>
    /// <param name="rollingCrc">In: of the frame before; out: of this one.</param>
    /// <returns>The frame's bytes, valid until <see cref="Clear"/>.</returns>
    public ReadOnlySpan<byte> Complete(in SegmentHeader segment, long offset, ulong number, ref uint rollingCrc)
    {
        var frame = _buffer.AsSpan(0, FrameBytes);
        frame[_position..].Clear();
        frame[^1] = Trailer;
        var body = frame[FrameHeader.SizeBytes..];
        var mask = FrameMask.Apply(body, offset + FrameHeader.SizeBytes, segment.LogId);
        rollingCrc = Crc32C.Append(rollingCrc, body);
        new FrameHeader(body.Length, number, rollingCrc, mask)
            .Write(frame, segment.LogId, segment.Name.Sequence, offset);
        return frame;
    }

    /// <summary>Empties the frame.</summary>
    public void Clear()
    {
        _position = FrameHeader.SizeBytes;
        if (_buffer.Length > KeepBytes)
        {
            _buffer = new byte[InitialBytes];
        }
    }

    /// <summary>Size with the padding, which is one byte at least.</summary>
    private static int Align(int value) => checked(value + FrameHeader.AlignmentBytes) & -FrameHeader.AlignmentBytes;

    private Span<byte> Record(RecordType type, int dataBytes)
    {
        var end = checked(_position + RecordHeaderBytes + dataBytes);
        var needed = Align(end);
        if (needed > _buffer.Length)
        {
            var doubled = (int)Math.Min(Array.MaxLength, 2L * _buffer.Length);
            Array.Resize(ref _buffer, Math.Max(needed, doubled));
        }

        var record = _buffer.AsSpan(_position, end - _position);
        BinaryPrimitives.WriteInt32LittleEndian(record, dataBytes);
        record[4] = (byte)type;
        _position = end;
        return record[RecordHeaderBytes..];
    }
}
