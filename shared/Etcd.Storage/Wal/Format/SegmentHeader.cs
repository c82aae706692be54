using System.Buffers.Binary;
using System.Numerics;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// The first sector of a segment, little-endian. A segment gets its name only when its header and first frame
/// are durable, so no crash leaves a named segment with a damaged header. It says how the segment before ends, so
/// that nothing can vanish from there unnoticed.
/// <code>
/// | Offset | Size | Field                                                              |
/// |--------|------|--------------------------------------------------------------------|
/// | 0      | 8    | magic, "RAFTLOG2"                                                  |
/// | 8      | 4    | CRC-32C of bytes 12 to 512                                         |
/// | 12     | 4    | unit: frames begin at multiples of it, the first one right at it   |
/// | 16     | 8    | log id: random at the log's creation, the same in all its segments |
/// | 24     | 8    | sequence of the segment, as in its name                            |
/// | 32     | 8    | first index, as in its name                                        |
/// | 40     | 8    | number of the last frame of the segment before; 0 in the first     |
/// | 48     | 8    | offset at which the frames of the segment before end; 0            |
/// | 56     | 4    | rolling CRC there; 0                                               |
/// | 60     | 452  | zero                                                               |
/// </code>
/// </summary>
/// <param name="LogId">Id of the log.</param>
/// <param name="Name">Name of the segment.</param>
/// <param name="UnitBytes">What the disk it was begun on writes directly: a power of two, 512 to 4096.</param>
/// <param name="PreviousFrame">Number of the last frame of the segment before.</param>
/// <param name="PreviousEndOffset">Where the frames of the segment before end.</param>
/// <param name="PreviousCrc">Rolling CRC there.</param>
internal readonly record struct SegmentHeader(
    ulong LogId, SegmentName Name, int UnitBytes, ulong PreviousFrame, long PreviousEndOffset, uint PreviousCrc)
{
    public const int SizeBytes = SectorHeader.SectorBytes;

    /// <summary>Larger units would cost more than the page cache does.</summary>
    public const int MaxUnitBytes = 4096;

    private static ReadOnlySpan<byte> Magic => "RAFTLOG2"u8;

    /// <summary>How the segments of all builds begin.</summary>
    private static ReadOnlySpan<byte> MagicOfAllFormats => Magic[..^1];

    /// <summary>True when a file begins as a segment of this project's, and not of etcd's, does.</summary>
    /// <param name="bytes">The file's first bytes.</param>
    public static bool IsOfAnyFormat(ReadOnlySpan<byte> bytes) => bytes.StartsWith(MagicOfAllFormats);

    /// <param name="bytes">512 bytes.</param>
    /// <param name="reason">Why they are no header; empty when they are one.</param>
    public static SegmentHeader? Read(ReadOnlySpan<byte> bytes, out string reason)
    {
        if (!bytes.StartsWith(Magic))
        {
            reason = IsOfAnyFormat(bytes)
                ? "the log is in the format of another build, which this one does not read: start the member with that build," +
                    " or with an empty data directory as a new one"
                : "the file does not begin as a log segment does";
            return null;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Crc32C.Append(0, bytes[12..SizeBytes]))
        {
            reason = "the segment header's checksum does not match";
            return null;
        }

        var unitBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (unitBytes is < SizeBytes or > MaxUnitBytes || !BitOperations.IsPow2(unitBytes))
        {
            reason = "the segment header's unit is none";
            return null;
        }

        reason = string.Empty;
        return new SegmentHeader(
            LogId: BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            Name: new SegmentName(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..])),
            UnitBytes: unitBytes,
            PreviousFrame: BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            PreviousEndOffset: BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            PreviousCrc: BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]));
    }

    /// <param name="bytes">At least 512 bytes, all overwritten.</param>
    public void Write(Span<byte> bytes)
    {
        bytes.Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], UnitBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], LogId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Name.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], Name.FirstIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], PreviousFrame);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], PreviousEndOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[56..], PreviousCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Crc32C.Append(0, bytes[12..SizeBytes]));
    }
}
