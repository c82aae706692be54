using System.Globalization;
using System.Text;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Requests that break HTTP/1.1, or the JSON in it.</summary>
internal static class Http1Attacks
{
    /// <summary>None does anything when all that it understands of a body is nothing.</summary>
    private static readonly string[] Paths =
    [
        "/v3/kv/range", "/v3/kv/put", "/v3/kv/deleterange", "/v3/watch", "/v3/lease/keepalive", "/v3/lease/revoke",
        "/v3/election/leader", "/v3/election/resign", "/v3beta/kv/range",
    ];

    private static readonly string[] BrokenJson =
    [
        "{", "}", "[", "{\"key\"", "{\"key\":", "{\"key\":\"YQ==\"", "{\"key\":\"YQ==\",", "{'key':1}", "{\"key\":\"\\x\"}",
        "{\"key\":\"\\ud800\\u0000", "nul", "tru", "-", "1e", "\"", "{\"key\":\"a\u0001\"}", "{,}", "{\"a\" 1}", "[}",
    ];

    private static readonly string[] WrongTypes =
    [
        "[]", "5", "\"text\"", "true", "{\"key\":5}", "{\"key\":{}}", "{\"key\":[]}", "{\"key\":\"***\"}", "{\"key\":true}",
        "{\"key\":\"Y\"}", "{\"ID\":\"x\",\"key\":1}", "{\"ID\":{},\"key\":[1]}", "{\"compare\":7,\"key\":{},\"name\":{},\"ID\":[]}",
    ];

    private static readonly Func<Random, Attack>[] Kinds =
    [
        RequestLine, Header, BodyLength, Chunks, CutRequest,
        static random => new Attack("upgrade to nothing", Upgrade(random), Demand.Answer),
    ];

    private static readonly Func<Random, Attack>[] JsonKinds =
    [
        static random => Json("random bytes for JSON", random, TransportAttacks.Random(random, 400)),
        static random => Json("broken JSON", random, Pick(random, BrokenJson)),
        static random => Json("JSON of wrong types", random, Pick(random, WrongTypes)),
        static random => Json("deep arrays", random, new string('[', random.Next(1000, 200_000))),
        static random => Json("deep objects", random, Repeated("{\"key\":", random.Next(1000, 20_000))),
        static random => Json("deep unknown objects", random, "{\"nobody\":" + Repeated("{\"a\":[", random.Next(1000, 20_000))),
        static random => new Attack(
            "deep transactions in JSON", Post("/v3/kv/txn", DeepTxn(random.Next(200, 5000))), Demand.Refusal),
        static random => Json("long number", random, "{\"limit\":" + new string('9', random.Next(30, 50_000)) + "}"),
        static random => Json("invalid UTF-8", random, [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}']),
        static random => Json("too large", random, "{\"key\":\"" + new string('A', 5_000_000) + "\"}") with { Demand = Demand.Refusal },
        static random => new Attack("no such path", Post($"/v3/kv/x{random.Next()}", "{}"u8), Demand.Refusal),
    ];

    public static Attack Next(Random random) => Kinds[random.Next(Kinds.Length)](random);

    public static Attack NextJson(Random random) => JsonKinds[random.Next(JsonKinds.Length)](random);

    /// <summary>A whole request with a body.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body, string moreHeaders = "") =>
    [
        .. Encoding.Latin1.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{moreHeaders}"
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"),
        .. body,
    ];

    private static Attack Json(string name, Random random, string text) => Json(name, random, Encoding.UTF8.GetBytes(text));

    private static Attack Json(string name, Random random, byte[] body)
    {
        string path = Pick(random, Paths);
        // A stream may wait for more: what is no more than unknown to it is no mistake.
        var demand = path is "/v3/watch" or "/v3/lease/keepalive" ? Demand.End : Demand.Refusal;
        return new Attack($"{name} at {path}", Post(path, body), demand);
    }

    private static Attack RequestLine(Random random)
    {
        string line = random.Next(9) switch
        {
            0 => "GET\r\n\r\n",
            1 => "GET /\r\n\r\n",
            2 => "GET / HTTP/9.9\r\n\r\n",
            3 => "GET / HTTP/1.1 more\r\nHost: a\r\n\r\n",
            4 => $"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: a\r\n\r\n",
            5 => "GET /%zz%00%ff HTTP/1.1\r\nHost: a\r\n\r\n",
            6 => "\0\0\0\0 / HTTP/1.1\r\n\r\n",
            7 => "OPTIONS http://[::1/x HTTP/1.1\r\nHost: a\r\n\r\n",
            _ => $"{new string('X', random.Next(1, 9000))} / HTTP/1.1\r\nHost: a\r\n\r\n",
        };
        return new Attack("wrong request line", Encoding.Latin1.GetBytes(line), Demand.End);
    }

    private static Attack Header(Random random)
    {
        string header = random.Next(8) switch
        {
            0 => "no colon",
            1 => " : empty name",
            2 => "Bad\0Name: x",
            3 => "Host: b\r\nHost: c",
            4 => "A: b\r\n folded: c",
            5 => $"Long: {new string('x', 100_000)}",
            6 => string.Join("\r\n", Enumerable.Range(0, 2000).Select(i => $"H{i.ToString(CultureInfo.InvariantCulture)}: x")),
            _ => "Content-Length: 5\r\nTransfer-Encoding: chunked, chunked",
        };
        string request = $"POST /v3/kv/range HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n";
        return new Attack("wrong header", Encoding.Latin1.GetBytes(request), Demand.End);
    }

    private static Attack BodyLength(Random random)
    {
        string length = random.Next(6) switch
        {
            0 => "-1",
            1 => "99999999999999999999999",
            2 => "9223372036854775807",
            3 => "abc",
            4 => "4\r\nContent-Length: 5",
            _ => "1000",
        };
        string request = $"POST {Pick(random, Paths)} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{{\"key\":";
        return new Attack("wrong length of the body", Encoding.Latin1.GetBytes(request), Demand.End);
    }

    private static Attack Chunks(Random random)
    {
        string chunks = random.Next(6) switch
        {
            0 => "xyz\r\n",
            1 => "FFFFFFFFFFFFFFFFFF\r\nabc",
            2 => "7FFFFFFF\r\nabc",
            3 => "3\r\n{\"kXX",
            4 => $"1;{new string('e', 20_000)}\r\n{{\r\n",
            _ => "5\r\n{\"key\r\n",
        };
        string request = $"POST {Pick(random, Paths)} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}";
        return new Attack("wrong chunks", Encoding.Latin1.GetBytes(request), Demand.End);
    }

    private static Attack CutRequest(Random random)
    {
        byte[] request = Post(Pick(random, Paths), "{\"key\":\"YQ==\"}"u8);
        return new Attack("cut request", request[..random.Next(1, request.Length - 1)], Demand.End);
    }

    private static byte[] Upgrade(Random random) => Encoding.Latin1.GetBytes(
        $"GET /v3/watch HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {(random.Next(2) == 0 ? "websocket" : "h2c")}\r\n"
        + $"Sec-WebSocket-Version: {random.Next(20)}\r\nSec-WebSocket-Key: {(random.Next(2) == 0 ? "x" : "")}\r\n\r\n");

    private static byte[] DeepTxn(int depth) => Encoding.UTF8.GetBytes(
        Repeated("{\"success\":[{\"request_txn\":", depth) + "{}" + Repeated("}]}", depth));

    private static string Repeated(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
