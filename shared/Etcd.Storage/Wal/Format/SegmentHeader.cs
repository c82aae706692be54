using System.Buffers.Binary;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// The first 64 bytes of a segment, little-endian. A segment gets its name only when its header and first frame
/// are durable, so no crash leaves a named segment with a damaged header. It says how the segment before ends, so
/// that nothing can vanish from there unnoticed.
/// <code>
/// | Offset | Size | Field                                                              |
/// |--------|------|--------------------------------------------------------------------|
/// | 0      | 8    | magic, "RAFTLOG1"                                                  |
/// | 8      | 4    | CRC-32C of bytes 12 to 64                                          |
/// | 12     | 4    | zero                                                               |
/// | 16     | 8    | log id: random at the log's creation, the same in all its segments |
/// | 24     | 8    | sequence of the segment, as in its name                            |
/// | 32     | 8    | first index, as in its name                                        |
/// | 40     | 8    | number of the last frame of the segment before; 0 in the first     |
/// | 48     | 8    | offset at which the frames of the segment before end; 0            |
/// | 56     | 4    | rolling CRC there; 0                                               |
/// | 60     | 4    | zero                                                               |
/// </code>
/// </summary>
internal readonly record struct SegmentHeader(
    ulong LogId, SegmentName Name, ulong PreviousFrame, long PreviousEndOffset, uint PreviousCrc)
{
    public const int SizeBytes = 64;

    private static ReadOnlySpan<byte> Magic => "RAFTLOG1"u8;

    /// <param name="bytes">64 bytes.</param>
    /// <param name="reason">Why they are no header; empty when they are one.</param>
    public static SegmentHeader? Read(ReadOnlySpan<byte> bytes, out string reason)
    {
        if (!bytes[..8].SequenceEqual(Magic))
        {
            reason = "the file does not begin as a log segment does";
            return null;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Crc32C.Append(0, bytes[12..SizeBytes]))
        {
            reason = "the segment header's checksum does not match";
            return null;
        }

        reason = string.Empty;
        return new SegmentHeader(
            LogId: BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            Name: new SegmentName(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..])),
            PreviousFrame: BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            PreviousEndOffset: BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            PreviousCrc: BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]));
    }

    /// <param name="bytes">64 bytes, all overwritten.</param>
    public void Write(Span<byte> bytes)
    {
        bytes[..SizeBytes].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], LogId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Name.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], Name.FirstIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], PreviousFrame);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], PreviousEndOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[56..], PreviousCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Crc32C.Append(0, bytes[12..SizeBytes]));
    }
}
