using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Txn, item by item: what is refused before it runs.</summary>
public sealed class TxnRefusalTableTests(Pair pair) : IClassFixture<Pair>
{
    private const string TooMany = "etcdserver: too many operations in txn request";
    private const string Duplicate = "etcdserver: duplicate key given in txn request";

    [Theory]
    [InlineData("compare")]
    [InlineData("success")]
    [InlineData("failure")]
    public async Task X02_128_operations_are_accepted_129_are_not(string where)
    {
        await pair.SameAsync<TxnResponse>(Of(128, where));
        await pair.RefusedAsync(Of(129, where), StatusCode.InvalidArgument, TooMany);
    }

    [Fact]
    public async Task X03_nested_txn_has_one_operation_less()
    {
        await pair.SameAsync<TxnResponse>(Txn(Op(Of(127, "success"))));
        await pair.RefusedAsync(Txn(Op(Of(128, "success"))), StatusCode.InvalidArgument, TooMany);
    }

    [Fact]
    public async Task X04_128_transactions_within_each_other_are_accepted_129_are_not()
    {
        await pair.SameAsync<TxnResponse>(Nested(127, Txn(Op(Put("X04", "127")))));
        await pair.SameAsync<TxnResponse>(Nested(128, Txn()));
        foreach (int depth in (int[])[129, 400, 511, 512, 513, 1000])
        {
            await pair.RefusedAsync(Nested(depth, Txn()), StatusCode.InvalidArgument, TooMany);
        }

        Assert.Equal("127", (await pair.GetAsync("X04")).Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public async Task X04_deep_transaction_is_served_as_JSON_and_replayed_from_the_log()
    {
        await using var cluster = await Cluster.StartOursAsync(1);
        var member = cluster.Members[0];
        string json = """{"request_put":{"key":"WDA0","value":"djE="}}""";
        for (int depth = 0; depth < 127; depth++)
        {
            json = $$$"""{"request_txn":{"success":[{{{json}}}]}}""";
        }

        using var http = new HttpClient();
        using var content = new StringContent($$"""{"success":[{{json}}]}""");
        using var response = await http.PostAsync($"{member.ClientUrl}/v3/kv/txn", content);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal(128, body.Split("\"succeeded\":true").Length - 1);

        await member.Process.KillAsync();
        await cluster.StartAllAsync();
        var range = await member.Kv.RangeAsync(Range("X04"));
        Assert.Equal("v1", range.Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public Task X05_compare_without_key_is_refused() => pair.RefusedAsync(
        Txn(Version("", 0), [], []), StatusCode.InvalidArgument, "etcdserver: key is not provided");

    [Fact]
    public async Task X06_operation_without_variant_is_refused()
    {
        await pair.RefusedAsync(Txn(new RequestOp()), StatusCode.InvalidArgument, "etcdserver: key not found");
        await pair.RefusedAsync(Txn(Op(Txn(new RequestOp()))), StatusCode.InvalidArgument, "etcdserver: key not found");
    }

    [Fact]
    public async Task X07_invalid_operation_in_the_other_branch_is_refused()
    {
        RequestOp[] invalid =
        [
            Op(Put("", "v")), Op(Range("")), Op(Delete("")), Op(Txn(Op(Range("")))),
            Op(new PutRequest { Key = Bytes("k"), Value = Bytes("v"), IgnoreValue = true }),
            Op(new PutRequest { Key = Bytes("k"), Lease = 1, IgnoreLease = true }),
        ];
        foreach (var operation in invalid)
        {
            var outcome = await pair.SameAsync(Txn(Version("X07", 0), [], [operation]));
            Assert.Equal(StatusCode.InvalidArgument, outcome.Error!.Value.StatusCode);
        }
    }

    [Fact]
    public Task X08_two_puts_of_a_key_are_refused() => DuplicateAsync(Op(Put("X08", "a")), Op(Put("X08", "b")));

    [Fact]
    public async Task X09_put_and_a_delete_that_covers_it_are_refused()
    {
        foreach (var delete in new[] { Delete("X09"), Delete("X0", "X1"), Delete("X09", "X09\0") })
        {
            await DuplicateAsync(Op(Put("X09", "a")), Op(delete));
            await DuplicateAsync(Op(delete), Op(Put("X09", "a")));
        }

        await pair.SameAsync<TxnResponse>(Txn(Op(Put("X09", "a")), Op(Delete("X08", "X09"))));
    }

    [Fact]
    public async Task X12_both_branches_of_a_nested_txn_may_put_siblings_may_not()
    {
        await pair.SameAsync<TxnResponse>(
            Txn(Op(Txn(Version("X12", 0), [Op(Put("X12", "a"))], [Op(Put("X12", "b"))]))));
        await DuplicateAsync(Op(Txn(Op(Put("X12", "a")))), Op(Txn(Op(Put("X12", "b")))));
        await DuplicateAsync(
            Op(Txn(Op(Put("X12", "a")))), Op(Txn(Version("X12", 0), [], [Op(Put("X12", "b"))])));
    }

    [Fact]
    public async Task X13_nested_put_and_outer_write_of_the_key_are_refused()
    {
        var nested = Op(Txn(Op(Put("X13", "a"))));
        await DuplicateAsync(nested, Op(Put("X13", "b")));
        await DuplicateAsync(Op(Put("X13", "b")), nested);
        await DuplicateAsync(nested, Op(Delete("X13")));
        await DuplicateAsync(Op(Delete("X1", "X2")), nested);
    }

    [Fact]
    public async Task X14_order_of_nested_delete_and_put_matters()
    {
        var put = Op(Txn(Op(Put("X14", "a"))));
        var delete = Op(Txn(Op(Delete("X14"))));
        await DuplicateAsync(delete, put);
        await pair.SameAsync<TxnResponse>(Txn(put, delete));
        Assert.Equal(0, (await pair.GetAsync("X14")).Count);
    }

    private Task DuplicateAsync(params RequestOp[] operations) =>
        pair.RefusedAsync(Txn(operations), StatusCode.InvalidArgument, Duplicate);

    private static TxnRequest Of(int count, string where)
    {
        var txn = new TxnRequest();
        for (int i = 0; i < count; i++)
        {
            switch (where)
            {
                case "compare":
                    txn.Compare.Add(Version("X02", 0));
                    break;
                case "success":
                    txn.Success.Add(Op(Range("X02")));
                    break;
                default:
                    txn.Failure.Add(Op(Range("X02")));
                    break;
            }
        }

        return txn;
    }
}
