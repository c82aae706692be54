using Etcd.Protocol.Errors;
using Etcdserverpb;
using CompareResult = Etcdserverpb.Compare.Types.CompareResult;
using CompareTarget = Etcdserverpb.Compare.Types.CompareTarget;

namespace Etcd.StateMachine.Tests.State;

public sealed class TxnTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void Writes_share_one_revision_and_come_in_order()
    {
        _state.Events.Clear();
        TxnResponse response = _state.Txn(Then(Put("a", "1"), Put("b", "2"), Delete("c")));

        Assert.True(response.Succeeded);
        Assert.Equal(2, response.Header.Revision);
        Assert.Equal([2, 2, 2], response.Responses.Select(RevisionOf));
        RevisionEvents events = Assert.Single(_state.Events);
        Assert.Equal(["a", "b"], events.Events.Select(next => next.Kv.Key.ToStringUtf8()));
        Assert.Equal([2L, 2L], _state.Range("a", "c").Kvs.Select(kv => kv.ModRevision));
    }

    [Fact]
    public void Delete_that_finds_nothing_before_any_write_answers_the_old_revision()
    {
        TxnResponse response = _state.Txn(Then(Delete("c"), Put("a", "1")));

        Assert.Equal([1, 2], response.Responses.Select(RevisionOf));
    }

    [Fact]
    public void Range_sees_earlier_writes_of_the_transaction()
    {
        TxnResponse response = _state.Txn(Then(Range("a"), Put("a", "1"), Range("a")));

        Assert.Empty(response.Responses[0].ResponseRange.Kvs);
        RangeResponse after = response.Responses[2].ResponseRange;
        Assert.Equal(("1", 2, 2), (after.Kvs[0].Value.ToStringUtf8(), after.Kvs[0].ModRevision, after.Header.Revision));
    }

    [Fact]
    public void Transaction_without_effect_leaves_the_revision()
    {
        Assert.Equal(1, _state.Txn(new TxnRequest()).Header.Revision);
        Assert.Equal(1, _state.Txn(Then(Range("a"), Delete("b"))).Header.Revision);
        Assert.Empty(_state.Events);
    }

    [Fact]
    public void Members_carry_the_revision_only_and_nested_headers_are_empty()
    {
        TxnResponse response = _state.Txn(Then(Put("a", "1"), Nested(Then(Put("b", "1")))));

        TxnResponse nested = response.Responses[1].ResponseTxn;
        Assert.Equal(new ResponseHeader(), nested.Header);
        Assert.Equal(new ResponseHeader { Revision = 2 }, nested.Responses[0].ResponsePut.Header);
        Assert.True(nested.Succeeded);
    }

    [Fact]
    public void Failed_comparison_takes_the_other_branch()
    {
        var request = new TxnRequest
        {
            Compare = { Compare("a", CompareTarget.Version, CompareResult.Greater) },
            Success = { Put("a", "then") },
            Failure = { Put("a", "else") },
        };

        Assert.False(_state.Txn(request).Succeeded);
        Assert.True(_state.Txn(request).Succeeded);
        Assert.Equal("then", _state.Range("a").Kvs[0].Value.ToStringUtf8());
    }

    [Theory]
    [InlineData(CompareTarget.Version, 2)]
    [InlineData(CompareTarget.Create, 2)]
    [InlineData(CompareTarget.Mod, 3)]
    [InlineData(CompareTarget.Lease, 9)]
    public void Comparisons_of_numbers_follow_their_operator(CompareTarget target, long actual)
    {
        _state.Grant(9);
        _state.Put("a", "1");
        _state.Put("a", "2", lease: 9);

        foreach (long wanted in (long[])[actual - 1, actual, actual + 1])
        {
            Assert.Equal(actual == wanted, Holds(With(target, CompareResult.Equal, wanted)));
            Assert.Equal(actual != wanted, Holds(With(target, CompareResult.NotEqual, wanted)));
            Assert.Equal(actual > wanted, Holds(With(target, CompareResult.Greater, wanted)));
            Assert.Equal(actual < wanted, Holds(With(target, CompareResult.Less, wanted)));
        }
    }

    [Theory]
    [InlineData(CompareResult.Equal, "m", true)]
    [InlineData(CompareResult.Equal, "", false)]
    [InlineData(CompareResult.NotEqual, "x", true)]
    [InlineData(CompareResult.Greater, "a", true)]
    [InlineData(CompareResult.Less, "ma", true)]
    [InlineData(CompareResult.Less, "m", false)]
    public void Comparison_of_values_is_by_bytes(CompareResult result, string wanted, bool expected)
    {
        _state.Put("a", "m");
        Compare compare = Compare("a", CompareTarget.Value, result);
        compare.Value = StateHarness.Bytes(wanted);

        Assert.Equal(expected, Holds(compare));
    }

    [Theory]
    [InlineData(CompareTarget.Version)]
    [InlineData(CompareTarget.Create)]
    [InlineData(CompareTarget.Mod)]
    [InlineData(CompareTarget.Lease)]
    public void Missing_key_compares_as_zero(CompareTarget target)
    {
        Assert.True(Holds(Compare("missing", target, CompareResult.Equal)));
        Assert.True(Holds(With(target, CompareResult.Less, 1)));
        Compare interval = Compare("m", target, CompareResult.Equal);
        interval.RangeEnd = StateHarness.Bytes("n");
        Assert.True(Holds(interval));
    }

    [Theory]
    [InlineData(CompareResult.Equal)]
    [InlineData(CompareResult.NotEqual)]
    [InlineData(CompareResult.Less)]
    public void Value_of_a_missing_key_never_compares(CompareResult result)
    {
        Compare compare = Compare("missing", CompareTarget.Value, result);
        compare.Value = StateHarness.Bytes("x");

        Assert.False(Holds(compare));
        compare.RangeEnd = StateHarness.Bytes("n");
        Assert.False(Holds(compare));
    }

    [Fact]
    public void Interval_comparison_holds_only_for_all_keys()
    {
        _state.Put("a", "1");
        _state.Put("b", "1");
        _state.Put("b", "1");
        Compare compare = With(CompareTarget.Version, CompareResult.Equal, 1);
        compare.RangeEnd = StateHarness.Bytes("c");

        Assert.False(Holds(compare));
        compare.RangeEnd = StateHarness.Bytes("b");
        Assert.True(Holds(compare));
        compare.Result = CompareResult.Greater;
        compare.Version = 0;
        compare.RangeEnd = StateHarness.Bytes("\0");
        Assert.True(Holds(compare));
    }

    [Fact]
    public void Unknown_operator_holds_and_unknown_target_is_equal()
    {
        _state.Put("a", "1");

        Assert.True(Holds(With(CompareTarget.Version, (CompareResult)9, 77)));
        Assert.True(Holds(With((CompareTarget)9, CompareResult.Equal, 77)));
        Assert.False(Holds(With((CompareTarget)9, CompareResult.NotEqual, 77)));
    }

    [Fact]
    public void Unknown_lease_in_the_taken_branch_writes_nothing()
    {
        RequestOp bad = Put("b", "1");
        bad.RequestPut.Lease = 5;

        Assert.Same(EtcdErrors.LeaseNotFound, _state.TxnError(Then(Put("a", "1"), bad)));
        Assert.Equal((1, 0), (_state.View.Revision, _state.View.KeyCount));
        _state.Txn(new TxnRequest { Success = { Put("a", "1") }, Failure = { bad } });
        Assert.Equal(2, _state.View.Revision);
    }

    [Fact]
    public void Ignore_value_on_a_missing_key_writes_nothing()
    {
        RequestOp bad = Put("b", "");
        bad.RequestPut.IgnoreValue = true;

        Assert.Same(EtcdErrors.KeyNotFound, _state.TxnError(Then(Put("a", "1"), bad)));
        Assert.Equal(1, _state.View.Revision);
    }

    [Fact]
    public void Ignore_value_after_a_delete_to_the_end_of_the_key_space_writes_nothing()
    {
        _state.Put("b", "1");
        RequestOp bad = Put("b", "");
        bad.RequestPut.IgnoreValue = true;

        Assert.Same(EtcdErrors.KeyNotFound, _state.TxnError(Then(Delete("a", "\0"), bad)));
        Assert.Equal((2, 1), (_state.View.Revision, _state.View.KeyCount));
    }

    [Fact]
    public void Delete_to_the_end_and_put_leave_the_new_life()
    {
        _state.Put("b", "1");
        _state.Txn(Then(Delete("a", "\0"), Put("b", "2")));

        Mvccpb.KeyValue kv = _state.Range("b").Kvs[0];
        Assert.Equal((3, 3, 1, "2"), (kv.CreateRevision, kv.ModRevision, kv.Version, kv.Value.ToStringUtf8()));
        _state.Compact(3);
        _state.SweepAll();
        Assert.Equal(kv, _state.Range("b").Kvs[0]);
        _state.Reopen();
        Assert.Equal(kv, _state.Range("b").Kvs[0]);
    }

    [Fact]
    public void Range_revisions_are_checked_before_anything_is_written()
    {
        _state.Put("a", "1");
        _state.Put("a", "2");
        _state.Compact(3);

        Assert.Same(EtcdErrors.Compacted, _state.TxnError(Then(Put("b", "1"), Range("a", revision: -1))));
        Assert.Same(EtcdErrors.Compacted, _state.TxnError(Then(Put("b", "1"), Range("a", revision: 2))));
        Assert.Same(EtcdErrors.FutureRevision, _state.TxnError(Then(Put("b", "1"), Range("a", revision: 4))));
        Assert.Equal(3, _state.View.Revision);
        Assert.Single(_state.Txn(Then(Put("b", "1"), Range("a", revision: 3))).Responses[1].ResponseRange.Kvs);
    }

    [Fact]
    public void Nested_comparison_sees_the_state_before_the_transaction()
    {
        var inner = new TxnRequest
        {
            Compare = { Compare("a", CompareTarget.Version, CompareResult.Equal) },
            Success = { Put("seen", "before") },
            Failure = { Put("seen", "after") },
        };

        _state.Txn(Then(Put("a", "1"), Nested(inner)));

        Assert.Equal("before", _state.Range("seen").Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public void Read_only_transaction_answers_on_a_view()
    {
        _state.Put("a", "1");
        StateMachine.Mvcc.MvccView view = _state.View;
        _state.Put("a", "2");

        (TxnResponse? old, EtcdError? none) = view.ExecuteReadOnlyTxn(Then(Range("a")));
        (_, EtcdError? future) = view.ExecuteReadOnlyTxn(Then(Range("a", revision: 3)));
        (TxnResponse? empty, _) = view.ExecuteReadOnlyTxn(new TxnRequest());

        Assert.Null(none);
        Assert.Equal("1", old!.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Same(EtcdErrors.FutureRevision, future);
        Assert.Equal((true, 2), (empty!.Succeeded, empty.Header.Revision));
    }

    private static TxnRequest Then(params RequestOp[] ops) => new() { Success = { ops } };

    private static RequestOp Put(string key, string value) => new() { RequestPut = StateHarness.PutOf(key, value) };

    private static RequestOp Delete(string key, string end = "") =>
        new() { RequestDeleteRange = StateHarness.DeleteOf(key, end) };

    private static RequestOp Range(string key, string end = "", long revision = 0) =>
        new() { RequestRange = StateHarness.RangeOf(key, end, revision) };

    private static RequestOp Nested(TxnRequest request) => new() { RequestTxn = request };

    private static Compare Compare(string key, CompareTarget target, CompareResult result) =>
        new() { Key = StateHarness.Bytes(key), Target = target, Result = result };

    private static Compare With(CompareTarget target, CompareResult result, long number)
    {
        Compare compare = Compare("a", target, result);
        switch (target)
        {
            case CompareTarget.Version:
                compare.Version = number;
                break;
            case CompareTarget.Create:
                compare.CreateRevision = number;
                break;
            case CompareTarget.Mod:
                compare.ModRevision = number;
                break;
            case CompareTarget.Lease:
                compare.Lease = number;
                break;
            default:
                break;
        }

        return compare;
    }

    private bool Holds(Compare compare) => _state.Txn(new TxnRequest { Compare = { compare } }).Succeeded;

    private static long RevisionOf(ResponseOp op) => op.ResponseCase switch
    {
        ResponseOp.ResponseOneofCase.ResponsePut => op.ResponsePut.Header.Revision,
        ResponseOp.ResponseOneofCase.ResponseDeleteRange => op.ResponseDeleteRange.Header.Revision,
        _ => op.ResponseRange.Header.Revision,
    };
}
