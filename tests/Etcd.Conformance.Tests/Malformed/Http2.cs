using System.Buffers.Binary;
using System.Text;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Frames of HTTP/2 as bytes (RFC 9113 §4), well-formed or not.</summary>
internal static class Http2
{
    public const byte Data = 0;
    public const byte HeadersType = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    public const int FrameHeaderBytes = 9;

    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    /// <summary>What every client sends first: the preface and empty settings.</summary>
    public static byte[] Preface => [.. Magic, .. Frame(Settings, 0, 0, [])];

    /// <summary>The first 24 bytes alone.</summary>
    public static byte[] BarePreface => Magic;

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload) =>
        [.. FrameHeader(payload.Length, type, flags, stream), .. payload];

    /// <summary>A frame header that may announce another length than what follows.</summary>
    public static byte[] FrameHeader(int length, byte type, byte flags, int stream)
    {
        byte[] header = new byte[FrameHeaderBytes];
        header[0] = (byte)(length >> 16);
        header[1] = (byte)(length >> 8);
        header[2] = (byte)length;
        header[3] = type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), stream);
        return header;
    }

    /// <summary>A header block of literals that are not indexed (RFC 7541 §6.2.2).</summary>
    public static byte[] Block(params (string Name, string Value)[] headers)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in headers)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    /// <summary>The headers of a gRPC call.</summary>
    public static (string Name, string Value)[] CallHeaders(string path) =>
    [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "127.0.0.1"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ];

    /// <summary>A whole gRPC call on stream 1 with any body, cut into frames of the usual size.</summary>
    public static byte[] Call(string path, ReadOnlySpan<byte> body, params (string Name, string Value)[] more)
    {
        const int mostPayload = 16_384;
        using var call = new MemoryStream();
        call.Write(Preface);
        call.Write(Frame(HeadersType, EndHeaders, 1, Block([.. CallHeaders(path), .. more])));
        do
        {
            var part = body[..Math.Min(body.Length, mostPayload)];
            body = body[part.Length..];
            call.Write(Frame(Data, body.IsEmpty ? EndStream : (byte)0, 1, part));
        }
        while (!body.IsEmpty);
        return call.ToArray();
    }

    /// <summary>A message of gRPC: compressed, length, bytes; the announced length may be a lie.</summary>
    public static byte[] Message(ReadOnlySpan<byte> payload, uint? announced = null, byte compressed = 0)
    {
        byte[] message = new byte[5 + payload.Length];
        message[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), announced ?? (uint)payload.Length);
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    private static void WriteText(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        WriteNumber(block, bytes.Length);
        block.Write(bytes);
    }

    /// <summary>An integer with a prefix of seven bits (RFC 7541 §5.1).</summary>
    private static void WriteNumber(MemoryStream block, int number)
    {
        const int prefix = 127;
        if (number < prefix)
        {
            block.WriteByte((byte)number);
            return;
        }

        block.WriteByte(prefix);
        for (number -= prefix; number >= 128; number >>= 7)
        {
            block.WriteByte((byte)(number | 128));
        }

        block.WriteByte((byte)number);
    }
}
