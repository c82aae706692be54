using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Etcd.Member.Host.Pings;

/// <summary>Finds the frame headers in one direction of an HTTP/2 connection, however its bytes are cut.</summary>
/// <remarks>
/// <code>
/// 3 bytes length | 1 byte type | 1 byte flags | 1 bit reserved, 31 bits stream | payload of that length
/// </code>
/// Used by one thread at a time.
/// </remarks>
internal struct Http2FrameScanner
{
    private const int HeaderBytes = 9;

    private Header _header;
    private int _headerBytes;
    private int _skipBytes;
    private bool _headersOpen;

    /// <summary>Creates a scanner.</summary>
    /// <param name="skipBytes">What comes before the first frame.</param>
    public Http2FrameScanner(int skipBytes) => _skipBytes = skipBytes;

    /// <summary>Whether another frame may come after all bytes so far.</summary>
    public readonly bool IsBetweenFrames => (_skipBytes | _headerBytes) == 0 && !_headersOpen;

    /// <summary>Takes bytes up to and with the next frame header; false when all are taken without one.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Http2Frame frame)
    {
        if (_skipBytes > 0)
        {
            var skipped = Math.Min(_skipBytes, bytes.Length);
            bytes = bytes[skipped..];
            _skipBytes -= skipped;
        }

        if (_headerBytes == 0 && bytes.Length >= HeaderBytes)
        {
            frame = Parse(bytes);
            bytes = bytes[HeaderBytes..];
            return true;
        }

        return TryCollect(ref bytes, out frame);
    }

    private bool TryCollect(ref ReadOnlySpan<byte> bytes, out Http2Frame frame)
    {
        var taken = Math.Min(HeaderBytes - _headerBytes, bytes.Length);
        bytes[..taken].CopyTo(_header[_headerBytes..]);
        bytes = bytes[taken..];
        _headerBytes += taken;
        if (_headerBytes < HeaderBytes)
        {
            frame = default;
            return false;
        }

        _headerBytes = 0;
        frame = Parse(_header);
        return true;
    }

    private Http2Frame Parse(ReadOnlySpan<byte> header)
    {
        var stream = BinaryPrimitives.ReadInt32BigEndian(header[5..]) & int.MaxValue;
        var frame = new Http2Frame(header[3], header[4], stream);
        _skipBytes = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) >> 8);
        _headersOpen = frame.LeavesHeadersOpen;
        return frame;
    }

    [InlineArray(HeaderBytes)]
    private struct Header
    {
        private byte _first;
    }
}
