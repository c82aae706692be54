using System.Buffers;
using System.Text;
using Etcd.Member.Json;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Member.Tests.Json;

public sealed class ProtoJsonTests
{
    [Theory]
    [InlineData("[]", "syntax error (line 1:1): unexpected token [")]
    [InlineData("null", "syntax error (line 1:1): unexpected token null")]
    [InlineData("\"a\"", "syntax error (line 1:1): unexpected token \"a\"")]
    [InlineData("{\"key\":5}", "(line 1:8): invalid value for bytes field key: 5")]
    [InlineData("{\"key\":{}}", "(line 1:8): invalid value for bytes field key: {")]
    [InlineData("{\"key\":\"Y\"}", "(line 1:8): invalid value for bytes field key: \"Y\"")]
    [InlineData("{\"key\":\"\\u0000\"}", "(line 1:8): invalid value for bytes field key: \"\\u0000\"")]
    [InlineData("{\n \"x\":\"\u00e9\",\"limit\":\"x\"}", "(line 2:18): invalid value for int64 field limit: \"x\"")]
    [InlineData("{\"limit\":1.5}", "(line 1:10): invalid value for int64 field limit: 1.5")]
    [InlineData("{\"limit\":\"+1\"}", "(line 1:10): invalid value for int64 field limit: \"+1\"")]
    [InlineData("{\"limit\":\" 1\"}", "(line 1:10): invalid value for int64 field limit: \" 1\"")]
    [InlineData(
        "{\"limit\":9223372036854775808}", "(line 1:10): invalid value for int64 field limit: 9223372036854775808")]
    [InlineData("{\"sort_order\":1.5}", "(line 1:15): invalid value for enum field sortOrder: 1.5")]
    [InlineData("{\"serializable\":\"true\"}", "(line 1:17): invalid value for bool field serializable: \"true\"")]
    [InlineData("{\"key\":\"\",\"key\":\"\"}", "(line 1:11): duplicate field \"key\"")]
    [InlineData("{\"keysOnly\":true,\"keys_only\":true}", "(line 1:18): duplicate field \"keys_only\"")]
    [InlineData("{\"key\":\"\\ud800\"}", "syntax error (line 1:8): invalid UTF-8 in string")]
    public void Value_that_does_not_fit_is_refused_with_its_place(string json, string error)
    {
        var exception = Assert.Throws<ProtoJsonException>(
            () => ProtoJsonParser.Fill(Encoding.UTF8.GetBytes(json), new RangeRequest()));

        Assert.Equal("proto: " + error, exception.Message);
    }

    [Theory]
    [InlineData("{\"success\":{}}", "syntax error (line 1:12): unexpected token {")]
    [InlineData("{\"success\":[null]}", "syntax error (line 1:13): unexpected token null")]
    [InlineData(
        "{\"success\":[{\"request_put\":{},\"requestRange\":{}}]}",
        "(line 1:31): error parsing \"requestRange\", oneof etcdserverpb.RequestOp.request is already set")]
    public void Nested_value_that_does_not_fit_is_refused(string json, string error)
    {
        var exception = Assert.Throws<ProtoJsonException>(
            () => ProtoJsonParser.Fill(Encoding.UTF8.GetBytes(json), new TxnRequest()));

        Assert.Equal("proto: " + error, exception.Message);
    }

    [Fact]
    public void Both_spellings_both_alphabets_and_unknown_names_are_read()
    {
        var request = new RangeRequest();
        ProtoJsonParser.Fill(
            """
            {"key":"_-8","rangeEnd":"+/8=","limit":"12","revision":7e0,"sort_order":"DESCEND","sortTarget":2,
             "keys_only":true,"countOnly":null,"min_mod_revision":-3,"nope":{"a":[1,{"b":null}]},"serializable":false}
            """u8,
            request);

        Assert.Equal(
            new RangeRequest
            {
                Key = ByteString.CopyFrom(0xff, 0xef),
                RangeEnd = ByteString.CopyFrom(0xfb, 0xff),
                Limit = 12,
                Revision = 7,
                SortOrder = RangeRequest.Types.SortOrder.Descend,
                SortTarget = (RangeRequest.Types.SortTarget)2,
                KeysOnly = true,
                MinModRevision = -3,
            },
            request);
    }

    [Fact]
    public void Unknown_name_of_an_enum_counts_as_absent()
    {
        var request = new WatchCreateRequest();

        ProtoJsonParser.Fill("""{"filters":["NOPUT","NEVER",1]}"""u8, request);

        Assert.Equal(
            [WatchCreateRequest.Types.FilterType.Noput, WatchCreateRequest.Types.FilterType.Nodelete], request.Filters);
    }

    [Fact]
    public void Nesting_is_limited()
    {
        const int depth = 3000;
        var nested = string.Concat(Enumerable.Repeat("{\"success\":[{\"request_txn\":", depth)) + "{}"
            + string.Concat(Enumerable.Repeat("}]}", depth));
        var unknown = string.Concat(Enumerable.Repeat("{\"x\":", 9000)) + "1" + new string('}', 9000);

        Assert.Throws<ProtoJsonException>(() => ProtoJsonParser.Fill(Encoding.UTF8.GetBytes(nested), new TxnRequest()));
        ProtoJsonParser.Fill(Encoding.UTF8.GetBytes(unknown), new TxnRequest());
    }

    [Fact]
    public void Answers_have_etcds_names_and_no_defaults()
    {
        var response = new WatchResponse { Header = new ResponseHeader { MemberId = ulong.MaxValue }, WatchId = -1 };
        response.Events.Add(new Event
        {
            Type = Event.Types.EventType.Delete,
            Kv = new KeyValue { Key = ByteString.CopyFrom(0xfb, 0xff), ModRevision = 5, Lease = 1 },
        });
        response.Events.Add(new Event { Kv = new KeyValue() });

        Assert.Equal(
            """{"header":{"member_id":"18446744073709551615"},"watch_id":"-1","events":"""
            + """[{"type":"DELETE","kv":{"key":"+/8=","mod_revision":"5","lease":"1"}},{"kv":{}}]}""",
            Write(response));
        Assert.Equal("""{"hash":7}""", Write(new HashResponse { Hash = 7 }));
        Assert.Equal("""{"errors":["<a&\"é\n>"]}""", Write(new StatusResponse { Errors = { "<a&\"é\n>" } }));
        Assert.Equal("""{"alarm":77}""", Write(new AlarmMember { Alarm = (AlarmType)77 }));
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var txn = new TxnRequest();
        txn.Compare.Add(new Compare { Key = ByteString.CopyFromUtf8("k"), Version = 0 });
        var put = new PutRequest { Key = ByteString.CopyFromUtf8("k"), Lease = 9 };
        txn.Success.Add(new RequestOp { RequestPut = put });
        txn.Failure.Add(new RequestOp { RequestTxn = new TxnRequest() });
        var copy = new TxnRequest();

        ProtoJsonParser.Fill(Encoding.UTF8.GetBytes(Write(txn)), copy);

        Assert.Equal(txn, copy);
    }

    /// <summary>Whatever passes the scanner gives a message or the one exception that the gateway answers.</summary>
    [Fact]
    public void Mutilated_requests_never_fail_otherwise()
    {
        var random = new Random(7);
        var seed = Encoding.UTF8.GetBytes(
            """{"compare":[{"key":"YQ==","version":"1"}],"success":[{"request_range":{"key":"YQ==","limit":1}}]}""");
        var taken = 0;
        for (var round = 0; round < 30_000; round++)
        {
            var bytes = seed.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0
                    ? (byte)random.Next(256)
                    : bytes[random.Next(bytes.Length)];
            }

            if (!Scans(bytes))
            {
                continue;
            }

            try
            {
                ProtoJsonParser.Fill(bytes, new TxnRequest());
                taken++;
            }
            catch (ProtoJsonException exception)
            {
                Assert.StartsWith("proto: ", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(taken > 100, $"only {taken} requests were good");
    }

    private static bool Scans(byte[] bytes)
    {
        var scanner = new GoJsonScanner();
        for (var i = 0; i < bytes.Length; i++)
        {
            var step = scanner.Next(bytes[i]);
            if (step != GoJsonScanner.Step.Continue)
            {
                return step == GoJsonScanner.Step.EndAfter && i == bytes.Length - 1;
            }
        }

        return false;
    }

    private static string Write(IMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = ProtoJsonWriter.Create(output))
        {
            ProtoJsonWriter.Write(json, message);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
