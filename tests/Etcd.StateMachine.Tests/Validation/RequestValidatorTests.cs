using Etcd.Protocol.Errors;
using Etcd.StateMachine.Tests.State;
using Etcd.StateMachine.Validation;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.Validation;

public sealed class RequestValidatorTests
{
    private const int MaxTxnOps = RequestValidator.DefaultMaxTxnOps;

    [Fact]
    public void Empty_keys_are_refused()
    {
        Assert.Same(EtcdErrors.EmptyKey, RequestValidator.Check(new RangeRequest()));
        Assert.Same(EtcdErrors.EmptyKey, RequestValidator.Check(new PutRequest()));
        Assert.Same(EtcdErrors.EmptyKey, RequestValidator.Check(new DeleteRangeRequest()));
        Assert.Same(EtcdErrors.EmptyKey, Check(new TxnRequest { Compare = { new Compare() } }));
    }

    [Fact]
    public void Put_refuses_what_it_is_told_to_ignore()
    {
        PutRequest value = StateHarness.PutOf("a", "1");
        value.IgnoreValue = true;
        PutRequest lease = StateHarness.PutOf("a", "1", lease: 3);
        lease.IgnoreLease = true;

        Assert.Same(EtcdErrors.ValueProvided, RequestValidator.Check(value));
        Assert.Same(EtcdErrors.LeaseProvided, RequestValidator.Check(lease));
        Assert.Null(RequestValidator.Check(StateHarness.PutOf("a", "1", lease: 3)));
    }

    [Fact]
    public void Unknown_sort_target_is_refused_and_unknown_order_is_not()
    {
        RangeRequest target = StateHarness.RangeOf("a");
        target.SortTarget = (RangeRequest.Types.SortTarget)5;
        RangeRequest order = StateHarness.RangeOf("a");
        order.SortOrder = (RangeRequest.Types.SortOrder)3;

        Assert.Same(EtcdErrors.InvalidSortOption, RequestValidator.Check(target));
        Assert.Null(RequestValidator.Check(order));
    }

    [Fact]
    public void Operations_are_limited_in_each_list()
    {
        Assert.Null(Check(new TxnRequest { Success = { Ranges(128) }, Failure = { Ranges(128) } }));
        Assert.Same(EtcdErrors.TooManyOps, Check(new TxnRequest { Success = { Ranges(129) } }));
        Assert.Same(EtcdErrors.TooManyOps, Check(new TxnRequest { Failure = { Ranges(129) } }));
        var compares = Enumerable.Range(0, 129).Select(_ => new Compare { Key = StateHarness.Bytes("a") });
        Assert.Same(EtcdErrors.TooManyOps, Check(new TxnRequest { Compare = { compares } }));
    }

    [Fact]
    public void Nested_transactions_share_the_limit()
    {
        Assert.Null(Check(Then(Nested(new TxnRequest { Success = { Ranges(127) } }))));
        Assert.Same(EtcdErrors.TooManyOps, Check(Then(Nested(new TxnRequest { Success = { Ranges(128) } }))));
        Assert.Null(Check(Deep(128)));
        Assert.Same(EtcdErrors.TooManyOps, Check(Deep(129)));
    }

    [Fact]
    public void Operation_without_a_request_is_refused() =>
        Assert.Same(EtcdErrors.KeyNotFound, Check(Then(new RequestOp())));

    [Fact]
    public void Branch_that_may_not_be_taken_is_checked_too() =>
        Assert.Same(EtcdErrors.EmptyKey, Check(new TxnRequest { Failure = { Put(string.Empty) } }));

    [Fact]
    public void Key_written_twice_is_refused()
    {
        AssertDuplicate(Put("a"), Put("a"));
        AssertDuplicate(Put("b"), Delete("a", "c"));
        AssertDuplicate(Delete("a", "c"), Put("b"));
        AssertDuplicate(Delete("b"), Put("b"));
        AssertDuplicate(Nested(Then(Put("a"))), Put("a"));
        AssertDuplicate(Nested(Then(Put("b"))), Delete("a", "c"));
        AssertDuplicate(Nested(Then(Put("a"))), Nested(Then(Put("a"))));
        AssertDuplicate(Nested(Then(Delete("a"))), Nested(Then(Put("a"))));
        AssertDuplicate(Nested(Then(Delete("a", "c"))), Put("b"));
        Assert.Same(EtcdErrors.DuplicateKey, Check(new TxnRequest { Failure = { Put("a"), Put("a") } }));
    }

    [Fact]
    public void Overlaps_that_cannot_harm_or_that_etcd_misses_pass()
    {
        AssertAllowed(Delete("a", "c"), Delete("b", "d"));
        AssertAllowed(Delete("a", "\0"), Put("b"));
        AssertAllowed(Delete("c", "a"), Put("b"));
        AssertAllowed(Delete("a", "b"), Put("b"));
        AssertAllowed(Nested(Then(Put("a"))), Nested(Then(Delete("a"))));
        AssertAllowed(Nested(new TxnRequest { Success = { Put("a") }, Failure = { Put("a") } }));
        AssertAllowed(Put("a"), Range("a"), Delete("b"));
        Assert.Null(Check(new TxnRequest { Success = { Put("a") }, Failure = { Put("a") } }));
    }

    [Fact]
    public void Many_overlapping_deletes_are_merged_before_puts_are_looked_up()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            var ops = new List<RequestOp>();
            for (int i = 0; i < 6; i++)
            {
                int from = random.Next(20);
                ops.Add(Delete($"{from:d2}", $"{random.Next(20):d2}"));
            }

            string key = $"{random.Next(20):d2}";
            bool covered = ops.Any(op => string.CompareOrdinal(key, op.RequestDeleteRange.Key.ToStringUtf8()) >= 0
                && string.CompareOrdinal(key, op.RequestDeleteRange.RangeEnd.ToStringUtf8()) < 0);
            ops.Add(Put(key));

            Assert.Equal(covered, Check(Then([.. ops])) is not null);
        }
    }

    [Fact]
    public void Read_only_and_serializable_look_at_both_branches()
    {
        RequestOp serializable = Range("a");
        serializable.RequestRange.Serializable = true;

        Assert.True(RequestValidator.IsReadOnly(new TxnRequest()));
        Assert.True(RequestValidator.IsSerializable(new TxnRequest()));
        Assert.True(RequestValidator.IsReadOnly(Then(Range("a"))));
        Assert.False(RequestValidator.IsReadOnly(new TxnRequest { Failure = { Put("a") } }));
        Assert.False(RequestValidator.IsReadOnly(Then(Nested(Then(Range("a"))))));
        Assert.True(RequestValidator.IsSerializable(Then(serializable)));
        var mixed = new TxnRequest { Success = { serializable }, Failure = { Range("a") } };
        Assert.False(RequestValidator.IsSerializable(mixed));
    }

    [Fact]
    public void Cost_is_that_of_the_larger_branch()
    {
        PutRequest put = StateHarness.PutOf("ab", "cde");

        Assert.Equal(261, RequestCost.Of(put));
        Assert.Equal(64, RequestCost.Of(new LeaseGrantRequest()));
        Assert.Equal(0, RequestCost.Of(Then(Range("a"), Delete("b"))));
        var op = new RequestOp { RequestPut = put };
        RequestOp nested = Nested(Then(op));
        Assert.Equal(
            522, RequestCost.Of(new TxnRequest { Success = { Put("a"), nested }, Failure = { op, op, nested } }));
        Assert.True(RequestCost.Fits(99, 1, 101));
        Assert.False(RequestCost.Fits(99, 2, 101));
        Assert.True(RequestCost.Fits(200, 0, 101));
        Assert.True(RequestCost.Fits(200, 9, 0));
    }

    private static EtcdError? Check(TxnRequest request) => RequestValidator.Check(request, MaxTxnOps);

    private static void AssertDuplicate(params RequestOp[] ops) =>
        Assert.Same(EtcdErrors.DuplicateKey, Check(Then(ops)));

    private static void AssertAllowed(params RequestOp[] ops) => Assert.Null(Check(Then(ops)));

    private static TxnRequest Deep(int depth)
    {
        TxnRequest request = Then(Range("a"));
        for (int i = 1; i < depth; i++)
        {
            request = Then(Nested(request));
        }

        return request;
    }

    private static IEnumerable<RequestOp> Ranges(int count) => Enumerable.Range(0, count).Select(_ => Range("a"));

    private static TxnRequest Then(params RequestOp[] ops) => new() { Success = { ops } };

    private static RequestOp Put(string key) => new() { RequestPut = StateHarness.PutOf(key, string.Empty) };

    private static RequestOp Range(string key) => new() { RequestRange = StateHarness.RangeOf(key) };

    private static RequestOp Delete(string key, string end = "") =>
        new() { RequestDeleteRange = StateHarness.DeleteOf(key, end) };

    private static RequestOp Nested(TxnRequest request) => new() { RequestTxn = request };
}
