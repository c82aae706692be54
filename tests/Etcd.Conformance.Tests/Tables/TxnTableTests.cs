using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Result = Etcdserverpb.Compare.Types.CompareResult;
using Target = Etcdserverpb.Compare.Types.CompareTarget;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Txn, item by item: what it does.</summary>
public sealed class TxnTableTests(Pair pair) : IClassFixture<Pair>
{
    [Fact]
    public async Task X01_empty_txn_succeeds_without_a_revision()
    {
        long before = pair.Revision;
        Assert.True((await pair.SameAsync<TxnResponse>(new TxnRequest())).Succeeded);
        Assert.Equal(before, pair.Revision);
    }

    [Fact]
    public async Task X10_overlapping_deletes_are_accepted()
    {
        await pair.PutAsync("X10/a", "v");
        var response = await pair.SameAsync<TxnResponse>(Txn(Op(Delete("X10/", "X100")), Op(Delete("X10/a"))));
        Assert.Equal(
            [1, 0], response.Responses.Select(operation => operation.ResponseDeleteRange.Deleted));
    }

    [Fact]
    public Task X11_same_put_key_in_both_branches_is_accepted() =>
        pair.SameAsync<TxnResponse>(Txn(Version("X11", 0), [Op(Put("X11", "a"))], [Op(Put("X11", "b"))]));

    [Fact]
    public Task X15_delete_from_key_with_a_put_inside_is_accepted() =>
        pair.SameAsync<TxnResponse>(Txn(Op(Put("X15", "v")), Op(Delete("X15", FromKey)), Op(Put("X15/b", "w"))));

    [Fact]
    public async Task X16_writes_share_one_revision_in_operation_order()
    {
        await pair.PutAsync("X16/c", "v");
        long before = pair.Revision;
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("X16/", "X160"));
        await pair.SameAsync<TxnResponse>(Txn(Op(Put("X16/b", "1")), Op(Delete("X16/c")), Op(Put("X16/a", "2"))));
        Assert.Equal(before + 1, pair.Revision);
        var events = await watch.EventsAsync(3);
        Assert.Equal(["X16/b", "X16/c", "X16/a"], events.Select(change => change.Kv.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task X17_range_after_put_sees_it()
    {
        var response = await pair.SameAsync<TxnResponse>(
            Txn(Op(Range("X17")), Op(Put("X17", "v")), Op(Range("X17"))));
        Assert.Equal([0, 1], response.Responses
            .Where(operation => operation.ResponseRange is not null).Select(operation => operation.ResponseRange.Count));
    }

    [Fact]
    public async Task X18_inner_headers_have_a_revision_only()
    {
        var response = await pair.SameAsync<TxnResponse>(Txn(Op(Put("X18", "v")), Op(Txn(Op(Range("X18"))))));
        Assert.Equal(new ResponseHeader { Revision = pair.Revision }, response.Responses[0].ResponsePut.Header);
        Assert.Equal(new ResponseHeader(), response.Responses[1].ResponseTxn.Header);
    }

    [Fact]
    public async Task X19_ranges_only_leave_the_revision()
    {
        long before = pair.Revision;
        var serializable = Range("X19", FromKey);
        serializable.Serializable = true;
        await pair.SameAsync<TxnResponse>(Txn(Op(Range("X19")), Op(serializable)));
        await pair.SameAsync<TxnResponse>(Txn(Op(Txn(Op(Range("X19"))))));
        Assert.Equal(before, pair.Revision);
    }

    [Fact]
    public async Task X20_every_target_with_every_result()
    {
        await pair.SameAsync(Grant(720, 3600));
        await pair.PutAsync("X20", "m", lease: 720);
        await pair.PutAsync("X20", "m", lease: 720);
        var kv = (await pair.GetAsync("X20")).Kvs[0];
        foreach (var result in Enum.GetValues<Result>())
        {
            for (int offset = -1; offset <= 1; offset++)
            {
                Compare[] compares =
                [
                    Version("X20", kv.Version + offset),
                    new() { Target = Target.Create, CreateRevision = kv.CreateRevision + offset },
                    new() { Target = Target.Mod, ModRevision = kv.ModRevision + offset },
                    new() { Target = Target.Lease, Lease = kv.Lease + offset },
                    Value("X20", ((string[])["l", "m", "ma"])[offset + 1], result),
                ];
                foreach (var compare in compares)
                {
                    compare.Key = Bytes("X20");
                    compare.Result = result;
                    bool expected = result switch
                    {
                        Result.Equal => offset == 0,
                        Result.NotEqual => offset != 0,
                        Result.Greater => offset < 0,
                        _ => offset > 0,
                    };
                    Assert.Equal(expected, await HoldsAsync(compare));
                }
            }
        }
    }

    [Fact]
    public async Task X21_missing_key_has_version_and_creation_0()
    {
        Assert.True(await HoldsAsync(Version("X21/missing", 0)));
        Assert.True(await HoldsAsync(new Compare { Key = Bytes("X21/missing"), Target = Target.Create, CreateRevision = 0 }));
        Assert.False(await HoldsAsync(Version("X21/missing", 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task X22_value_of_a_missing_key_never_holds(int result) =>
        Assert.False(await HoldsAsync(Value("X22/missing", "x", (Result)result)));

    [Fact]
    public async Task X23_compare_of_an_interval_holds_for_all_its_keys()
    {
        await pair.PutAsync("X23/a", "v");
        await pair.PutAsync("X23/b", "v");
        Assert.True(await HoldsAsync(Over(Version("X23/", 1), "X230")));
        await pair.PutAsync("X23/b", "v");
        Assert.False(await HoldsAsync(Over(Version("X23/", 1), "X230")));
        Assert.True(await HoldsAsync(Over(Value("X23/", "v", Result.Equal), "X230")));
        Assert.True(await HoldsAsync(Over(Version("X23/x", 0), "X23/y")));
        Assert.False(await HoldsAsync(Over(Value("X23/x", "v", Result.NotEqual), "X23/y")));
        Assert.True(await HoldsAsync(Over(Version("X23/y", 0), "X23/x")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task X24_unset_union_is_compared_as_nothing(int target)
    {
        await pair.PutAsync("X24", "");
        foreach (var result in Enum.GetValues<Result>())
        {
            await HoldsAsync(new Compare { Key = Bytes("X24"), Target = (Target)target, Result = result });
            await HoldsAsync(new Compare { Key = Bytes("X24/missing"), Target = (Target)target, Result = result });
            await HoldsAsync(new Compare { Key = Bytes("X24"), Target = (Target)target, Result = result, Lease = 1 });
        }
    }

    [Fact]
    public async Task X25_unknown_lease_matters_in_the_taken_branch_only()
    {
        var bad = Op(Put("X25", "v", lease: 424242));
        long before = pair.Revision;
        await pair.RefusedAsync(
            Txn(Op(Put("X25/other", "v")), bad), StatusCode.NotFound, "etcdserver: requested lease not found");
        Assert.Equal((0, before), ((await pair.GetAsync("X25", "X26")).Count, pair.Revision));
        Assert.False((await pair.SameAsync<TxnResponse>(Txn(Version("X25", 9), [bad], []))).Succeeded);
    }

    [Fact]
    public async Task X26_ignore_value_on_a_missing_key_writes_nothing()
    {
        await pair.RefusedAsync(
            Txn(Op(Put("X26/other", "v")), Op(new PutRequest { Key = Bytes("X26"), IgnoreValue = true })),
            StatusCode.InvalidArgument, "etcdserver: key not found");
        Assert.Equal(0, (await pair.GetAsync("X26", "X27")).Count);
    }

    // -1 is the compact revision of a store that was never compacted, and readable.
    [Theory]
    [InlineData(-2, "etcdserver: mvcc: required revision has been compacted")]
    [InlineData(100_000, "etcdserver: mvcc: required revision is a future revision")]
    public async Task X27_bad_range_revision_writes_nothing(long revision, string text)
    {
        var range = Range("X27");
        range.Revision = revision;
        await pair.RefusedAsync(Txn(Op(Put("X27", "v")), Op(range)), StatusCode.OutOfRange, text);
        Assert.Equal(0, (await pair.GetAsync("X27")).Count);
    }

    [Fact]
    public async Task X28_nested_compare_sees_the_state_before()
    {
        var nested = Txn(Version("X28", 0), [Op(Put("X28/then", "v"))], [Op(Put("X28/else", "v"))]);
        var response = await pair.SameAsync<TxnResponse>(Txn(Op(Put("X28", "v")), Op(nested)));
        Assert.True(response.Responses[1].ResponseTxn.Succeeded);
    }

    private static Compare Over(Compare compare, string end)
    {
        compare.RangeEnd = Bytes(end);
        return compare;
    }

    private async Task<bool> HoldsAsync(Compare compare) =>
        (await pair.SameAsync<TxnResponse>(Txn(compare, [Op(Range("X"))], [Op(Range("X"))]))).Succeeded;
}
