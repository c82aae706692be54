using System.Buffers.Binary;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// The head of a frame: what one sync writes. Little-endian, at an offset divisible by 8, its body right behind.
/// <code>
/// | Offset | Size | Field                                                                     |
/// |--------|------|---------------------------------------------------------------------------|
/// | 0      | 4    | CRC-32C of log id, segment sequence, file offset (8 bytes each), then of  |
/// |        |      | bytes 4 to 24: a header is valid only where it was written                |
/// | 4      | 4    | length of the body in bytes: above 0, divisible by 8                      |
/// | 8      | 8    | number of the frame, from 1, ascending by one across all segments         |
/// | 16     | 4    | rolling CRC-32C: continues the frame before's over the body as stored     |
/// | 20     | 2    | mask of the body, see <see cref="FrameMask"/>; 0 for none                 |
/// | 22     | 2    | 0xF5A7                                                                    |
/// </code>
/// None of its three 8-byte words is ever zero. With <see cref="FrameMask"/> it follows that each 512-byte sector
/// holds something other than zeros of every frame that touches it: a sector that shows a frame only zeros was
/// never written.
/// </summary>
internal readonly record struct FrameHeader(int BodySizeBytes, ulong Number, uint RollingCrc, ushort Mask)
{
    public const int SizeBytes = 24;

    /// <summary>Frames begin at multiples of this.</summary>
    public const int AlignmentBytes = 8;

    private const ushort Magic = 0xF5A7;

    /// <param name="bytes">24 bytes.</param>
    /// <param name="logId">The log's id.</param>
    /// <param name="segment">Sequence of the segment.</param>
    /// <param name="offset">Where the bytes stand in the file.</param>
    /// <returns>The header; null when the bytes are none, or one of another place.</returns>
    public static FrameHeader? Read(ReadOnlySpan<byte> bytes, ulong logId, ulong segment, long offset)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]) != Magic)
        {
            return null;
        }

        var bodySizeBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (bodySizeBytes <= 0 || bodySizeBytes % AlignmentBytes != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Checksum(bytes, logId, segment, offset))
        {
            return null;
        }

        return new FrameHeader(
            bodySizeBytes,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]));
    }

    /// <inheritdoc cref="Read"/>
    public void Write(Span<byte> bytes, ulong logId, ulong segment, long offset)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], BodySizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], RollingCrc);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[20..], Mask);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[22..], Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Checksum(bytes, logId, segment, offset));
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, ulong logId, ulong segment, long offset)
    {
        Span<byte> place = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(place, logId);
        BinaryPrimitives.WriteUInt64LittleEndian(place[8..], segment);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], offset);
        return Crc32C.Append(Crc32C.Append(0, place), bytes[4..SizeBytes]);
    }
}
