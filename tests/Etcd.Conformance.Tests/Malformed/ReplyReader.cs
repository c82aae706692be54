using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>
/// Tells from the bytes of a server what it thinks of the request on stream 1, or of the only one of HTTP/1.1. Knows
/// as much of HTTP/2 as that needs: a first response uses no header that an earlier one has defined.
/// </summary>
internal static class ReplyReader
{
    private static readonly byte[] GrpcStatus = Encoding.ASCII.GetBytes("grpc-status");

    /// <summary>The reply in everything that came so far.</summary>
    public static Reply Of(ReadOnlySpan<byte> received) =>
        received.StartsWith("HTTP/1."u8) ? OfHttp1(received) : OfHttp2(received);

    private static Reply OfHttp1(ReadOnlySpan<byte> received)
    {
        const int statusAt = 9;
        return received.Length >= statusAt + 3
            && int.TryParse(received.Slice(statusAt, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status)
            ? status >= 400 ? Reply.Refusal : Reply.Success
            : Reply.None;
    }

    private static Reply OfHttp2(ReadOnlySpan<byte> received)
    {
        while (received.Length >= Http2.FrameHeaderBytes)
        {
            int length = (received[0] << 16) | (received[1] << 8) | received[2];
            if (received.Length < Http2.FrameHeaderBytes + length)
            {
                break;
            }

            var payload = received.Slice(Http2.FrameHeaderBytes, length);
            byte type = received[3];
            int stream = BinaryPrimitives.ReadInt32BigEndian(received[5..]);
            bool isLast = (received[4] & Http2.EndStream) != 0;
            received = received[(Http2.FrameHeaderBytes + length)..];
            if (type is Http2.GoAway or Http2.ResetStream)
            {
                return Reply.Refusal;
            }

            if (type == Http2.HeadersType && stream == 1 && OfHeaders(payload, isLast) is var reply and not Reply.None)
            {
                return reply;
            }
        }

        return Reply.None;
    }

    private static Reply OfHeaders(ReadOnlySpan<byte> block, bool isLast)
    {
        const byte indexed200 = 0x88;
        int at = block.IndexOf(GrpcStatus);
        if (at >= 0)
        {
            // The value follows as a literal: its length, its digits.
            var value = block[(at + GrpcStatus.Length)..];
            return value.Length >= 2 && value[0] == 1 && value[1] == (byte)'0' ? Reply.Success : Reply.Refusal;
        }

        return block[0] != indexed200 ? Reply.Refusal : isLast ? Reply.Success : Reply.None;
    }
}
