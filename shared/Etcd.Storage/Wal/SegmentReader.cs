using System.Globalization;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// Reads a segment's frames and decides what a damaged one means. Owned by the opening thread.
/// <para>
/// A frame is written with one write and one fsync, and the next one only after that fsync returned. So only the
/// last frame of the last segment can be unacknowledged, and a crash can leave of it any choice of its 512-byte
/// sectors, the others being the zeros they were before. No sector of a written frame is all zeros
/// (<see cref="FrameMask"/>). A frame that does not verify is therefore torn, and is dropped, only if
/// (1) it is in the last segment, (2) a sector that it covers shows it only zeros, or its last byte is zero (a process
/// killed within the write leaves a prefix), or the file ends within it,
/// (3) no frame with a higher number than its own follows: that one would prove that it had been acknowledged, and
/// (4) where its end is known, only zeros follow: nothing was ever written there.
/// All else is damage that no crash explains, and is refused.
/// </para>
/// </summary>
internal sealed class SegmentReader
{
    private const int ChunkBytes = 1 << 20;

    private readonly IWalFile _file;
    private readonly SegmentHeader _header;
    private readonly long _length;
    private readonly byte[] _buffer;

    public SegmentReader(IWalFile file, SegmentHeader header)
    {
        _file = file;
        _header = header;
        _length = file.Length;
        _buffer = new byte[Math.Min(ChunkBytes, ((_length / FrameMask.SectorBytes) + 1) * FrameMask.SectorBytes)];
        Position = new SegmentPosition(SegmentHeader.SizeBytes, header.PreviousFrame, header.PreviousCrc);
    }

    /// <summary>The end of the frames read so far.</summary>
    public SegmentPosition Position { get; private set; }

    /// <summary>Reads a segment's header and checks it against the file's name.</summary>
    public static SegmentHeader ReadHeader(IWalFile file, SegmentName name)
    {
        var bytes = new byte[SegmentHeader.SizeBytes];
        file.Read(bytes, 0);
        if (SegmentHeader.Read(bytes, out var reason) is not { } header)
        {
            throw new LogCorruptException(file.Path, 0, reason);
        }

        return header.Name == name
            ? header
            : throw new LogCorruptException(file.Path, 0, $"the segment is {header.Name}, not what its name says");
    }

    /// <summary>Reads the next frame's body, plain.</summary>
    /// <returns>Null where no whole frame follows.</returns>
    public byte[]? ReadFrame()
    {
        if (ReadFrameHeader(Position.Offset) is not { } header)
        {
            return null;
        }

        if (header.Number != Position.Frame + 1)
        {
            throw Corrupt(string.Create(
                CultureInfo.InvariantCulture, $"frame {header.Number} stands where {Position.Frame + 1} belongs"));
        }

        var bodyOffset = Position.Offset + FrameHeader.SizeBytes;
        if (header.BodySizeBytes > _length - bodyOffset)
        {
            return null;
        }

        var body = new byte[header.BodySizeBytes];
        if (_file.Read(body, bodyOffset) != body.Length
            || Crc32C.Append(Position.RollingCrc, body) != header.RollingCrc)
        {
            return null;
        }

        FrameMask.Toggle(body, header.Mask, _header.LogId);
        Position = new SegmentPosition(bodyOffset + body.Length, header.Number, header.RollingCrc);
        return body;
    }

    /// <summary>Checks that a segment which is not the last one ends where the next one says.</summary>
    public void CheckEnd(in SegmentHeader next)
    {
        var expected = new SegmentPosition(next.PreviousEndOffset, next.PreviousFrame, next.PreviousCrc);
        if (next.LogId != _header.LogId)
        {
            throw Corrupt($"the next segment, {next.Name}, is of another log");
        }

        if (Position != expected)
        {
            throw Corrupt(string.Create(
                CultureInfo.InvariantCulture,
                $"the frames end with {Position.Frame}, but the next segment continues after {expected.Frame}" +
                $" at offset {expected.Offset}"));
        }
    }

    /// <summary>Decides about what stands behind the last whole frame of the last segment.</summary>
    /// <returns>True when something does and is to be zeroed: the remains of a torn frame.</returns>
    /// <exception cref="LogCorruptException">No crash can have left it so.</exception>
    public bool CheckTail()
    {
        if (NextNonZero(Position.Offset) is null)
        {
            return false;
        }

        var header = ReadFrameHeader(Position.Offset);
        var end = Position.Offset + FrameHeader.SizeBytes + (header?.BodySizeBytes ?? 0L);
        var lacksSector = LacksSector(end);
        if (!lacksSector && !EndsInZero(end))
        {
            throw Corrupt("the frame's checksum does not match although all its sectors were written");
        }

        if (FindLaterFrame() is { } later)
        {
            throw Corrupt(string.Create(
                CultureInfo.InvariantCulture,
                $"the frame is incomplete although a later one was written at offset {later}"));
        }

        // Without its header a frame's end is known only if it was cut within the header.
        if ((header is not null || !lacksSector) && NextNonZero(end) is { } behind)
        {
            throw Corrupt(string.Create(
                CultureInfo.InvariantCulture,
                $"the frame is incomplete although offset {behind} behind it was written"));
        }

        return true;
    }

    /// <summary>True when the file ends before the frame does, or some sector shows only zeros of it.</summary>
    private bool LacksSector(long end)
    {
        if (end > _length)
        {
            return true;
        }

        // Chunks end at sector boundaries, so that no sector is judged by a part of its part.
        for (var offset = Position.Offset; offset < end;)
        {
            var chunkBytes = Math.Min(end - offset, _buffer.Length - (offset % FrameMask.SectorBytes));
            var chunk = _buffer.AsSpan(0, (int)chunkBytes);
            if (_file.Read(chunk, offset) != chunk.Length || FrameMask.HasZeroSector(chunk, offset))
            {
                return true;
            }

            offset += chunk.Length;
        }

        return false;
    }

    private bool EndsInZero(long end)
    {
        Span<byte> last = stackalloc byte[1];
        return _file.Read(last, end - 1) == 1 && last[0] == 0;
    }

    /// <summary>Offset of a valid header, behind the damaged frame, of a frame that came after it.</summary>
    private long? FindLaterFrame()
    {
        var damaged = Position.Frame + 1;
        var offset = Position.Offset + FrameHeader.AlignmentBytes;
        while (offset < _length && NextNonZero(offset) is { } nonZero)
        {
            offset = Math.Max(offset, nonZero & -FrameHeader.AlignmentBytes);
            var count = _file.Read(_buffer, offset);
            for (var i = 0; i + FrameHeader.SizeBytes <= count; i += FrameHeader.AlignmentBytes)
            {
                var header = FrameHeader.Read(
                    _buffer.AsSpan(i, FrameHeader.SizeBytes), _header.LogId, _header.Name.Sequence, offset + i);

                // No more frames fit in the file than this, which keeps chance out.
                if (header is { } found && found.Number > damaged
                    && found.Number - damaged <= (ulong)_length / FrameHeader.SizeBytes)
                {
                    return offset + i;
                }
            }

            // Headers that straddle the chunk's end are seen whole in the next one.
            offset += Math.Max(FrameHeader.AlignmentBytes, count - FrameHeader.SizeBytes);
            offset &= -FrameHeader.AlignmentBytes;
        }

        return null;
    }

    private long? NextNonZero(long offset)
    {
        while (true)
        {
            var count = _file.Read(_buffer, offset);
            if (count == 0)
            {
                return null;
            }

            var index = _buffer.AsSpan(0, count).IndexOfAnyExcept((byte)0);
            if (index >= 0)
            {
                return offset + index;
            }

            offset += count;
        }
    }

    private FrameHeader? ReadFrameHeader(long offset)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.SizeBytes];
        return _file.Read(bytes, offset) == bytes.Length
            ? FrameHeader.Read(bytes, _header.LogId, _header.Name.Sequence, offset)
            : null;
    }

    private LogCorruptException Corrupt(string reason) => new(_file.Path, Position.Offset, reason);
}
