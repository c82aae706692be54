using System.Buffers.Binary;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// The head of a sector of a frame. A frame is what one sync writes: whole sectors, each of which tells by itself whether
/// it was written with that frame. So a file can be used again without being emptied: what an earlier life left there
/// says so, by the number of an older frame. Little-endian.
/// <code>
/// | Offset | Size | Field                                                                          |
/// |--------|------|--------------------------------------------------------------------------------|
/// | 0      | 4    | CRC-32C of log id and file offset (8 bytes each), then of bytes 4 to 512       |
/// | 4      | 4    | bytes of the frame's content from this sector on; the first 496 are in this one |
/// | 8      | 8    | number of the frame, from 1, ascending by one across all segments              |
/// | 16     | 496  | content, then zeros                                                            |
/// </code>
/// </summary>
/// <param name="Crc">The checksum.</param>
/// <param name="RestBytes">Bytes of the frame's content from this sector on; above 0.</param>
/// <param name="Frame">Number of the frame.</param>
internal readonly record struct SectorHeader(uint Crc, int RestBytes, ulong Frame)
{
    /// <summary>What a disk writes whole or not at all.</summary>
    public const int SectorBytes = 512;

    public const int SizeBytes = 16;

    /// <summary>Content of a frame in one sector.</summary>
    public const int ContentBytes = SectorBytes - SizeBytes;

    /// <param name="sector">512 bytes.</param>
    /// <param name="logId">The log's id.</param>
    /// <param name="offset">Where the sector stands in the file.</param>
    /// <returns>The header; null when the bytes are no sector of a frame, or one of another place.</returns>
    public static SectorHeader? Read(ReadOnlySpan<byte> sector, ulong logId, long offset)
    {
        var header = new SectorHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(sector),
            BinaryPrimitives.ReadInt32LittleEndian(sector[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(sector[8..]));
        return header.RestBytes > 0 && header.Frame > 0 && header.Crc == Checksum(sector, logId, offset) ? header : null;
    }

    /// <summary>Completes a sector that has its content.</summary>
    /// <param name="sector">512 bytes, the first 16 overwritten.</param>
    /// <param name="logId">The log's id.</param>
    /// <param name="offset">Where the sector will stand in the file.</param>
    /// <param name="restBytes">Bytes of the frame's content from this sector on.</param>
    /// <param name="frame">Number of the frame.</param>
    public static void Write(Span<byte> sector, ulong logId, long offset, int restBytes, ulong frame)
    {
        BinaryPrimitives.WriteInt32LittleEndian(sector[4..], restBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(sector[8..], frame);
        BinaryPrimitives.WriteUInt32LittleEndian(sector, Checksum(sector, logId, offset));
    }

    private static uint Checksum(ReadOnlySpan<byte> sector, ulong logId, long offset)
    {
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(place, logId);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], offset);
        return Crc32C.Append(Crc32C.Append(0, place), sector[4..SectorBytes]);
    }
}
