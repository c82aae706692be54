namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Well-formed HTTP/2 whose gRPC or protobuf is broken.</summary>
internal static class CallAttacks
{
    private const string KeyValuePrefix = "/etcdserverpb.KV/";

    /// <summary>Methods that refuse an empty message, so that nothing but an error can come of what is ignored.</summary>
    private static readonly string[] KeyMethods = ["Range", "Put", "DeleteRange"];

    private static readonly string[] Paths =
    [
        "/etcdserverpb.KV/Range", "/etcdserverpb.KV/Put", "/etcdserverpb.KV/DeleteRange", "/etcdserverpb.KV/Txn",
        "/etcdserverpb.KV/Compact", "/etcdserverpb.Watch/Watch", "/etcdserverpb.Lease/LeaseGrant",
        "/etcdserverpb.Lease/LeaseKeepAlive", "/etcdserverpb.Lease/LeaseTimeToLive",
        "/etcdserverpb.Cluster/MemberAdd", "/etcdserverpb.Cluster/MemberRemove", "/etcdserverpb.Maintenance/Alarm",
        "/etcdserverpb.Maintenance/Snapshot", "/etcdserverpb.Maintenance/HashKV", "/etcdserverpb.Maintenance/MoveLeader",
        "/v3lockpb.Lock/Lock", "/v3electionpb.Election/Campaign", "/v3electionpb.Election/Observe",
    ];

    private static readonly Func<Random, Attack>[] Kinds =
    [
        static random => Call("no protobuf", Path(random), Http2.Message(Garbage(random))),
        static random => Call("cut message", Path(random), Http2.Message([0x0A, 1], (uint)random.Next(3, 4000))),
        static random => Call("huge message announced", Path(random), Http2.Message([0x0A, 1], uint.MaxValue - (uint)random.Next(9))),
        static random => Call("compressed without saying how", Path(random), Http2.Message([0x0A, 1, 65], compressed: 1)),
        static random => Call(
            "garbage for gzip",
            Path(random),
            Http2.Message(TransportAttacks.Random(random, 200), compressed: 1),
            ("grpc-encoding", "gzip")),
        static random => Call("unknown encoding", Path(random), Http2.Message([], compressed: 1), ("grpc-encoding", "zip")),
        static random => Call("flag that is none", Path(random), Http2.Message([0x0A, 1, 65], compressed: (byte)random.Next(2, 256))),
        static random => Call("cut prefix", KeyPath(random), new byte[random.Next(0, 5)]),
        static random => Call("unknown method", $"/etcdserverpb.KV/X{random.Next()}", Http2.Message([])),
        static random => Call("unknown service", $"/x{random.Next()}/Range", Http2.Message([])),
        static random => Call("key of a wrong type", KeyPath(random), Http2.Message(WrongType(random))),
        static random => Call("deep groups", Path(random), Http2.Message(Filled(0x0B, random.Next(10_000, 60_000)))),
        static random => Call("deep transactions", KeyValuePrefix + "Txn", Http2.Message(NestedTxn(random.Next(200, 3000)))),
        static random => Call("second message of a unary call", KeyPath(random), [.. Http2.Message([]), .. Http2.Message([])]),
        static random => Call("bad time limit", KeyPath(random), Http2.Message([]), ("grpc-timeout", Timeout(random))),
        static random => Call("bad binary metadata", KeyPath(random), Http2.Message([]), ("x-bin", "*not base64*")),
        static random => Call("too large", KeyPath(random), Http2.Message(new byte[2_200_000])),
        WrongContentType,
    ];

    public static Attack Next(Random random) => Kinds[random.Next(Kinds.Length)](random);

    private static Attack Call(string name, string path, byte[] body, params (string, string)[] headers) =>
        new($"{name} at {path}", Http2.Call(path, body, headers), Demand.Refusal);

    private static Attack WrongContentType(Random random)
    {
        var headers = Http2.CallHeaders(Path(random));
        headers[4] = ("content-type", random.Next(2) == 0 ? "text/plain" : "application/json");
        byte[] bytes =
        [
            .. Http2.Preface,
            .. Http2.Frame(Http2.HeadersType, Http2.EndHeaders, 1, Http2.Block(headers)),
            .. Http2.Frame(Http2.Data, Http2.EndStream, 1, Http2.Message([])),
        ];
        return new Attack("content type of another protocol", bytes, Demand.Refusal);
    }

    private static string Path(Random random) => Paths[random.Next(Paths.Length)];

    private static string KeyPath(Random random) => KeyValuePrefix + KeyMethods[random.Next(KeyMethods.Length)];

    /// <summary>Random bytes that end in what no protobuf ends in: a number that does not.</summary>
    private static byte[] Garbage(Random random) => random.Next(4) switch
    {
        0 => [.. TransportAttacks.Random(random, 64), .. Filled(0xFF, 12)],
        1 => [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1], // A key of 2 GiB.
        2 => [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], // A key of negative length.
        _ => [0x00, (byte)random.Next(256)], // Field 0.
    };

    private static byte[] WrongType(Random random) => random.Next(3) switch
    {
        0 => [0x08, (byte)random.Next(128)],
        1 => [0x09, 1, 2, 3, 4, 5, 6, 7, 8],
        _ => [0x0D, 1, 2, 3, 4],
    };

    private static byte[] Filled(byte value, int count)
    {
        byte[] bytes = new byte[count];
        Array.Fill(bytes, value);
        return bytes;
    }

    /// <summary>A transaction in a transaction in a transaction…, as deep as asked for.</summary>
    private static byte[] NestedTxn(int depth)
    {
        // Written from the inside: success (2) is a RequestOp whose request_txn is 4.
        var reversed = new List<byte>();
        for (int level = 0; level < depth; level++)
        {
            Prepend(reversed, 0x22);
            Prepend(reversed, 0x12);
        }

        reversed.Reverse();
        return [.. reversed];
    }

    private static void Prepend(List<byte> reversed, byte tag)
    {
        int length = reversed.Count;
        var number = new List<byte>();
        for (; length >= 128; length >>= 7)
        {
            number.Add((byte)(length | 128));
        }

        number.Add((byte)length);
        number.Reverse();
        reversed.AddRange(number);
        reversed.Add(tag);
    }

    private static string Timeout(Random random) => random.Next(4) switch
    {
        0 => "abc",
        1 => "99999999999999999999S",
        2 => "-1S",
        _ => "5X",
    };
}
