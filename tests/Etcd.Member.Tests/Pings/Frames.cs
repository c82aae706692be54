using System.Buffers.Binary;

namespace Etcd.Member.Tests.Pings;

/// <summary>HTTP/2 frames as bytes.</summary>
internal static class Frames
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte Continuation = 9;

    public const byte Acknowledgement = 1;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    public static byte[] Of(byte type, byte flags, int stream, int payloadBytes)
    {
        byte[] frame = new byte[9 + payloadBytes];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payloadBytes << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        // Payload that would mislead whoever took it for a frame.
        frame.AsSpan(9).Fill(Ping);
        return frame;
    }
}
