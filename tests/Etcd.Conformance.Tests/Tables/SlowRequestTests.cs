using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Etcdserverpb;
using Google.Protobuf;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>What a request that takes too long leaves in the log: here every one does, or all are wanted.</summary>
public sealed partial class SlowRequestTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly string[] ClientRequests = ["header:<", "key:", "compare:<"];

    [Fact]
    public async Task Slow_requests_are_logged_in_etcds_words()
    {
        await using var pair = await Pair.StartAsync("--experimental-warning-apply-duration=100ns");
        IMessage[] requests =
        [
            Put("key \"quoted\"\\\n", "value"),
            new PutRequest { Key = ByteString.CopyFrom(0, 255, 200, 97), Value = Bytes("v"), PrevKv = true },
            Put("missing lease", "v", lease: 4660),
            Range("a", FromKey), Range("b"), Delete("x", "y"), Grant(77, 100), Grant(-77, 100), Revoke(77), Revoke(78),
            new RangeRequest
            {
                Key = Bytes("a"), Limit = 2, KeysOnly = true, Serializable = true, MinModRevision = 1,
                SortOrder = RangeRequest.Types.SortOrder.Descend, SortTarget = RangeRequest.Types.SortTarget.Value,
            },
            Txn(Op(Put("b", "1")), Op(Range("b")), Op(Delete("c")), Op(Txn(Op(Put("d", "22"))))),
            Txn(Version("b", 0), [Op(Put("e", ""))], [Op(Range("b")), Op(Delete("b", "c"))]),
            Txn(Value("b", "abc", Compare.Types.CompareResult.NotEqual), [Op(Range("b"))], [Op(Range("c"))]),
            Txn(), new CompactionRequest { Revision = 2, Physical = true }, new AlarmRequest(),
        ];
        foreach (var request in requests)
        {
            await pair.SameAsync(request);
        }

        var expected = await LinesAsync(pair.ReferenceMember, requests.Length, Lines);
        Assert.Equal(expected, await LinesAsync(pair.OurMember, requests.Length, Lines));
    }

    [Fact]
    public async Task Calls_are_logged_with_their_sizes_in_etcds_words()
    {
        await using var pair = await Pair.StartAsync("--log-level=debug");
        IMessage[] requests =
        [
            Put("a", "value"), Put("b", "v", lease: 4660), Put("", "v"), Range("a", FromKey), Range(""),
            new RangeRequest { Key = Bytes("a"), Revision = 99 }, Delete("a", "c"), Delete(""), Delete("x"),
            Txn(Version("b", 0), [Op(Put("e", "1")), Op(Range("b"))], [Op(Delete("b", "c"))]),
            Txn(Version("e", 0), [Op(Put("e", "1"))], [Op(Delete("e")), Op(Range("b")), Op(Range("c"))]),
            Txn(Op(Put("d", "1")), Op(Put("d", "2"))), Txn(), Grant(77, 100), Revoke(78),
            new CompactionRequest { Revision = 2 }, new AlarmRequest(), new StatusRequest(),
        ];
        foreach (var request in requests)
        {
            await pair.SameAsync(request);
        }

        var expected = await LinesAsync(pair.ReferenceMember, requests.Length, Stats);
        Assert.Equal(expected, await LinesAsync(pair.OurMember, requests.Length, Stats));
    }

    /// <summary>So many lines; a log may be written a little behind.</summary>
    private static async Task<List<string>> LinesAsync(
        Cluster.Member member, int count, Func<Cluster.Member, List<string>> read)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var lines = read(member);
            if (lines.Count >= count)
            {
                return lines;
            }

            if (waited.Elapsed > Limit)
            {
                throw new TimeoutException(
                    $"phase: log; expected: {count} lines within {Limit}; actual:\n{string.Join('\n', lines)}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The lines about requests of clients, without times, ids and sizes of headers.</summary>
    private static List<string> Lines(Cluster.Member member)
    {
        var lines = new List<string>();
        // The last line may be in writing.
        foreach (string text in File.ReadAllText(member.Process.LogFile).Split('\n')[..^1])
        {
            using var json = JsonDocument.Parse(text);
            var line = json.RootElement;
            if (line.GetProperty("msg").GetString() != "apply request took too long")
            {
                continue;
            }

            Assert.Equal("warn", line.GetProperty("level").GetString());
            Assert.Equal("100ns", line.GetProperty("expected-duration").GetString());
            Assert.NotEmpty(line.GetProperty("took").GetString()!);
            string request = Ids().Replace(line.GetProperty("request").GetString()!, "ID:1");
            bool failed = line.TryGetProperty("error", out _);
            string response = failed ? "" : Sizes().Replace(line.GetProperty("response").GetString()!, "size");
            if (ClientRequests.Any(start => request.StartsWith(start, StringComparison.Ordinal)))
            {
                lines.Add($"{line.GetProperty("prefix")}|{request}|{response}|{failed}");
            }
        }

        return lines;
    }

    /// <summary>The lines about calls, without times, addresses and the sizes of headers.</summary>
    private static List<string> Stats(Cluster.Member member)
    {
        var lines = new List<string>();
        foreach (string text in File.ReadAllText(member.Process.LogFile).Split('\n')[..^1])
        {
            using var json = JsonDocument.Parse(text);
            var line = json.RootElement;
            if (line.GetProperty("msg").GetString() != "request stats")
            {
                continue;
            }

            var fields = line.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
            Assert.Equal("debug", fields["level"].GetString());
            Assert.NotEmpty(fields["time spent"].GetString()!);
            Assert.Equal("127.0.0.1", fields["remote"].GetString()!.Split(':')[0]);
            _ = DateTimeOffset.Parse(fields["start time"].GetString()!, CultureInfo.InvariantCulture);
            int size = fields["response size"].GetInt32();
            lines.Add(
                $"{string.Join(',', fields.Keys.Skip(4))} {fields["response type"]} {fields["request count"]} "
                + $"{fields["request size"]} {fields["response count"]} {(size > 0 ? "some" : size)} "
                + fields["request content"]);
        }

        return lines;
    }

    [GeneratedRegex(@"\bID:\d+")]
    private static partial Regex Ids();

    [GeneratedRegex(@"size:\d+$")]
    private static partial Regex Sizes();
}
