using System.Buffers.Binary;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Bytes that are no HTTP/2, or that break its rules or those of its header compression.</summary>
internal static class TransportAttacks
{
    private const string RangePath = "/etcdserverpb.KV/Range";

    private static readonly Func<Random, Attack>[] Kinds =
    [
        static random => new Attack("random bytes", Random(random, 4096), Demand.End),
        static random => new Attack("preface, random bytes", [.. Http2.Preface, .. Random(random, 4096)], Demand.End),
        static random => new Attack("cut preface", Http2.BarePreface[..random.Next(1, 24)], Demand.End),
        Frames,
        HeaderBlock,
        UnfinishedHeaders,
        FrameTooLarge,
        WrongControlFrame,
        WrongStream,
        WrongCallHeaders,
        ResetFlood,
        CutCall,
        FlippedCall,
    ];

    public static Attack Next(Random random) => Kinds[random.Next(Kinds.Length)](random);

    public static byte[] Random(Random random, int atMost)
    {
        byte[] bytes = new byte[random.Next(1, atMost)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Attack Frames(Random random)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Http2.Preface);
        for (int i = random.Next(1, 30); i > 0; i--)
        {
            byte[] payload = Random(random, 200);
            bytes.Write(Http2.Frame((byte)random.Next(12), (byte)random.Next(256), random.Next(-1, 12), payload));
        }

        return new Attack("random frames", bytes.ToArray(), Demand.End);
    }

    private static Attack HeaderBlock(Random random)
    {
        byte[] block = random.Next(6) switch
        {
            0 => Random(random, 300),
            1 => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], // An index beyond any table.
            2 => [0x80], // Index 0.
            3 => [0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, (byte)'a'], // A name of 2 GiB.
            4 => [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], // A dynamic table of 4 GiB.
            _ => [.. Http2.Block(Http2.CallHeaders(RangePath)), 0x00, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x00], // Huffman's EOS.
        };
        byte[] bytes = [.. Http2.Preface, .. Http2.Frame(Http2.HeadersType, Http2.EndHeaders, 1, block)];
        return new Attack("broken header compression", bytes, Demand.End);
    }

    private static Attack UnfinishedHeaders(Random random)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Http2.Preface);
        bytes.Write(Http2.Frame(Http2.HeadersType, 0, 1, Http2.Block(Http2.CallHeaders(RangePath))));
        if (random.Next(2) == 0)
        {
            bytes.Write(Http2.Frame(Http2.Data, Http2.EndStream, 1, [1, 2, 3]));
            return new Attack("data within headers", bytes.ToArray(), Demand.Refusal);
        }

        byte[] padding = Http2.Block(("x-filler", new string('x', 8000)));
        for (int i = 0; i < 40; i++)
        {
            bytes.Write(Http2.Frame(Http2.Continuation, 0, 1, padding));
        }

        return new Attack("headers without end", bytes.ToArray(), Demand.Refusal);
    }

    private static Attack FrameTooLarge(Random random)
    {
        byte[] header = Http2.FrameHeader((1 << 24) - 1 - random.Next(1000), (byte)random.Next(10), 0, random.Next(3));
        return new Attack("frame of 16 MiB", [.. Http2.Preface, .. header, .. Random(random, 100)], Demand.End);
    }

    private static Attack WrongControlFrame(Random random)
    {
        byte[] frame = random.Next(7) switch
        {
            0 => Http2.Frame(Http2.Settings, 0, 0, [0, 5, 0]),
            1 => Http2.Frame(Http2.Settings, 0, 0, [0, 4, 0xFF, 0xFF, 0xFF, 0xFF]), // A window beyond 2^31 − 1.
            2 => Http2.Frame(Http2.Settings, 0, 3, []),
            3 => Http2.Frame(Http2.Ping, 0, 0, [1, 2, 3]),
            4 => Http2.Frame(Http2.WindowUpdate, 0, 0, [0, 0, 0, 0]),
            5 => [.. Http2.Frame(Http2.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]),
                .. Http2.Frame(Http2.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF])],
            _ => Http2.Frame(Http2.ResetStream, 0, 0, [0, 0, 0, 1]),
        };
        return new Attack("wrong control frame", [.. Http2.Preface, .. frame], Demand.Refusal);
    }

    private static Attack WrongStream(Random random)
    {
        byte[] block = Http2.Block(Http2.CallHeaders(RangePath));
        byte[] frame = random.Next(4) switch
        {
            0 => Http2.Frame(Http2.Data, Http2.EndStream, 0, [1]),
            1 => Http2.Frame(Http2.Data, Http2.EndStream, 7, [1]),
            2 => Http2.Frame(Http2.HeadersType, Http2.EndHeaders, 2, block),
            _ => [.. Http2.Frame(Http2.HeadersType, Http2.EndHeaders, 5, block),
                .. Http2.Frame(Http2.HeadersType, Http2.EndHeaders, 3, block)],
        };
        return new Attack("frame on a wrong stream", [.. Http2.Preface, .. frame], Demand.Refusal);
    }

    private static Attack WrongCallHeaders(Random random)
    {
        var headers = Http2.CallHeaders(RangePath).ToList();
        switch (random.Next(8))
        {
            case 0:
                headers.RemoveAt(random.Next(3));
                break;
            case 1:
                headers.Add((":path", RangePath));
                break;
            case 2:
                headers.Add(("UPPER", "case"));
                break;
            case 3:
                headers.Add(("connection", "keep-alive"));
                break;
            case 4:
                headers.Add((":unknown", "pseudo"));
                break;
            case 5:
                headers[2] = (":path", "no slash \0");
                break;
            case 6:
                headers[0] = (":method", "G E T");
                break;
            default:
                headers.Add(("x-long", new string('x', 200_000)));
                break;
        }

        byte[] bytes =
        [
            .. Http2.Preface,
            .. Parts(Http2.Block([.. headers])),
            .. Http2.Frame(Http2.Data, Http2.EndStream, 1, Http2.Message([0x0A, 0])),
        ];
        return new Attack("wrong headers of a call", bytes, Demand.Refusal);
    }

    /// <summary>A header block in as many frames as it needs.</summary>
    private static byte[] Parts(byte[] block)
    {
        const int mostPayload = 16_384;
        using var frames = new MemoryStream();
        byte type = Http2.HeadersType;
        for (int at = 0; at < block.Length; at += mostPayload)
        {
            int length = Math.Min(mostPayload, block.Length - at);
            byte flags = at + length == block.Length ? Http2.EndHeaders : (byte)0;
            frames.Write(Http2.Frame(type, flags, 1, block.AsSpan(at, length)));
            type = Http2.Continuation;
        }

        return frames.ToArray();
    }

    private static Attack ResetFlood(Random random)
    {
        byte[] block = Http2.Block(Http2.CallHeaders("/etcdserverpb.Watch/Watch"));
        byte[] reason = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(reason, random.Next(14));
        using var bytes = new MemoryStream();
        bytes.Write(Http2.Preface);
        for (int stream = 1; stream < 400; stream += 2)
        {
            bytes.Write(Http2.Frame(Http2.HeadersType, Http2.EndHeaders, stream, block));
            bytes.Write(Http2.Frame(Http2.ResetStream, 0, stream, reason));
        }

        return new Attack("two hundred streams opened and reset", bytes.ToArray(), Demand.End);
    }

    private static Attack CutCall(Random random)
    {
        byte[] call = Http2.Call(RangePath, Http2.Message([0x0A, 1, (byte)'k']));
        return new Attack("cut call", call[..random.Next(25, call.Length)], Demand.End);
    }

    private static Attack FlippedCall(Random random)
    {
        byte[] call = Http2.Call(RangePath, Http2.Message([0x0A, 1, (byte)'k']));
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            call[random.Next(24, call.Length)] ^= (byte)(1 << random.Next(8));
        }

        return new Attack("call with flipped bits", call, Demand.End);
    }
}
