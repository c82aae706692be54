using System.Buffers.Binary;
using System.Globalization;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// Reads a segment's frames and decides what a damaged one means. Owned by the opening thread.
/// <para>
/// A frame is written with one write and one fsync, and the next one only after that fsync returned. So only the
/// last frame of the last segment can be unacknowledged, and a crash can leave of it any choice of its sectors, the
/// others being what they were before. A sector is
/// <list type="bullet">
/// <item>of a frame, when its checksum matches and it has that frame's number;</item>
/// <item>unwritten by a frame, when it is of an older one (the file was a segment before), all zeros, or behind the
/// file's end;</item>
/// <item>damaged otherwise.</item>
/// </list>
/// A frame that is not whole is therefore torn, and is dropped, only if it is in the last segment, a sector of it is
/// unwritten, and no sector of a later frame follows: that one would prove that it had been acknowledged. All else is
/// damage that no crash explains, and is refused.
/// </para>
/// </summary>
internal sealed class SegmentReader
{
    private const int WindowBytes = 1 << 20;

    private readonly IWalFile _file;
    private readonly SegmentHeader _header;
    private readonly long _length;

    // Whole sectors of the file, from an offset on.
    private readonly byte[] _window;
    private long _windowOffset;
    private int _windowCount;

    public SegmentReader(IWalFile file, SegmentHeader header)
    {
        _file = file;
        _header = header;
        _length = file.Length & -SectorHeader.SectorBytes;
        _window = new byte[Math.Min(WindowBytes, _length)];
        Position = new SegmentPosition(header.UnitBytes, header.PreviousFrame, header.PreviousCrc);
    }

    /// <summary>What a sector tells of a frame.</summary>
    private enum SectorState
    {
        Unwritten,
        Damaged,
        OfFrame,
        OfLaterFrame,
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

    /// <summary>Reads the next frame's records.</summary>
    /// <returns>Null where no whole frame follows.</returns>
    public ReadOnlyMemory<byte>? ReadFrame()
    {
        var number = Position.Frame + 1;
        var (state, first) = Sector(Position.Offset, number);
        if (state == SectorState.OfLaterFrame)
        {
            throw Corrupt(string.Create(
                CultureInfo.InvariantCulture, $"frame {first.Frame} stands where {number} belongs"));
        }

        if (state != SectorState.OfFrame || ContentEnd(first) > _length)
        {
            return null;
        }

        var content = new byte[first.RestBytes];
        var rollingCrc = Position.RollingCrc;
        var offset = Position.Offset;
        for (var rest = content.AsSpan(); !rest.IsEmpty; offset += SectorHeader.SectorBytes)
        {
            (state, var header) = Sector(offset, number);
            if (state != SectorState.OfFrame || header.RestBytes != rest.Length)
            {
                return null;
            }

            var sector = Bytes(offset);
            var part = Math.Min(rest.Length, SectorHeader.ContentBytes);
            sector.Slice(SectorHeader.SizeBytes, part).CopyTo(rest);
            rollingCrc = Crc32C.Append(rollingCrc, sector[..sizeof(uint)]);
            rest = rest[part..];
        }

        if (content.Length < FrameBuilder.PrologueBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(content) != Position.RollingCrc)
        {
            throw Corrupt("the frame does not continue the one before");
        }

        var end = (offset + _header.UnitBytes - 1) & -_header.UnitBytes;
        Position = new SegmentPosition(end, number, rollingCrc);
        return content.AsMemory(FrameBuilder.PrologueBytes);
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
    /// <returns>True when it is to be zeroed: the remains of a torn frame, or damage where nothing was written.</returns>
    /// <exception cref="LogCorruptException">No crash can have left it so.</exception>
    public bool CheckTail()
    {
        var number = Position.Frame + 1;
        var (state, first) = Sector(Position.Offset, number);
        var end = state == SectorState.OfFrame ? ContentEnd(first) : Position.Offset;
        var isTorn = state == SectorState.Unwritten || end > _length;
        var isClean = true;
        for (var offset = Position.Offset; offset < _length; offset += SectorHeader.SectorBytes)
        {
            var next = Sector(offset, number).State;
            if (next == SectorState.OfLaterFrame)
            {
                throw Corrupt(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the frame is incomplete although a later one was written at offset {offset}"));
            }

            isTorn |= next == SectorState.Unwritten && offset < end;
            isClean &= next == SectorState.Unwritten;
        }

        return isTorn
            ? !isClean
            : throw Corrupt("the frame's checksum does not match although all its sectors were written");
    }

    /// <summary>Where the last sector of the frame that begins at the position ends.</summary>
    private long ContentEnd(in SectorHeader first)
    {
        var sectors = (first.RestBytes + SectorHeader.ContentBytes - 1L) / SectorHeader.ContentBytes;
        return Position.Offset + (sectors * SectorHeader.SectorBytes);
    }

    /// <summary>What the sector at an offset tells of a frame.</summary>
    private (SectorState State, SectorHeader Header) Sector(long offset, ulong frame)
    {
        var bytes = Bytes(offset);
        if (bytes.IndexOfAnyExcept((byte)0) < 0)
        {
            return (SectorState.Unwritten, default);
        }

        if (SectorHeader.Read(bytes, _header.LogId, offset) is not { } header)
        {
            return (SectorState.Damaged, default);
        }

        var state = header.Frame == frame ? SectorState.OfFrame
            : header.Frame < frame ? SectorState.Unwritten
            : SectorState.OfLaterFrame;
        return (state, header);
    }

    /// <summary>A sector's bytes, valid until the next call; none behind the file's end.</summary>
    private ReadOnlySpan<byte> Bytes(long offset)
    {
        if (offset >= _length)
        {
            return [];
        }

        if (offset < _windowOffset || offset >= _windowOffset + _windowCount)
        {
            _windowOffset = offset;
            _windowCount = _file.Read(_window, offset) & -SectorHeader.SectorBytes;
        }

        return _windowCount == 0 ? [] : _window.AsSpan((int)(offset - _windowOffset), SectorHeader.SectorBytes);
    }

    private LogCorruptException Corrupt(string reason) => new(_file.Path, Position.Offset, reason);
}
