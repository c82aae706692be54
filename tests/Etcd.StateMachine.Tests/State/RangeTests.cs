using Etcd.Protocol.Errors;
using Etcdserverpb;
using SortOrder = Etcdserverpb.RangeRequest.Types.SortOrder;
using SortTarget = Etcdserverpb.RangeRequest.Types.SortTarget;

namespace Etcd.StateMachine.Tests.State;

public sealed class RangeTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void Missing_key_answers_nothing()
    {
        RangeResponse response = _state.Range("a");

        Assert.Empty(response.Kvs);
        Assert.Equal((0, false, 1), (response.Count, response.More, response.Header.Revision));
    }

    [Fact]
    public void Keys_come_in_byte_order()
    {
        byte[][] keys = [[0x61, 0xFF], [0x61], [0x61, 0x00], [0x62], [0x00]];
        foreach (byte[] key in keys)
        {
            _state.Apply(new InternalRaftRequest
            {
                Put = new PutRequest { Key = Google.Protobuf.ByteString.CopyFrom(key) },
            });
        }

        RangeResponse all = _state.Range("\0", "\0");
        RangeResponse prefix = _state.Range("a", "b");

        Assert.Equal(["00", "61", "6100", "61FF", "62"], all.Kvs.Select(kv => Convert.ToHexString(kv.Key.Span)));
        Assert.Equal(["61", "6100", "61FF"], prefix.Kvs.Select(kv => Convert.ToHexString(kv.Key.Span)));
    }

    [Fact]
    public void Read_is_large_by_what_is_read_not_by_what_is_answered()
    {
        for (int number = 0; number < 1001; number++)
        {
            _state.Put($"a{number:d4}", "v");
        }

        string value = new('v', 40_000);
        for (int number = 0; number < 33; number++)
        {
            _state.Put($"b{number:d2}", value);
        }

        RangeRequest many = StateHarness.RangeOf("a", "b");
        RangeRequest wide = StateHarness.RangeOf("b", "c");

        Assert.True(_state.View.IsLarge(many));
        Assert.True(_state.View.IsLarge(StateHarness.RangeOf("a", "\0", revision: 2)));
        Assert.True(_state.View.IsLarge(new RangeRequest(many) { Limit = 1001 }));
        Assert.True(_state.View.IsLarge(new RangeRequest(many) { Limit = 1, SortOrder = SortOrder.Descend }));
        Assert.True(_state.View.IsLarge(
            new RangeRequest(many) { Limit = 1, SortOrder = SortOrder.Ascend, SortTarget = SortTarget.Mod }));
        Assert.True(_state.View.IsLarge(new RangeRequest(many) { Limit = 1, MinModRevision = 2 }));
        Assert.True(_state.View.IsLarge(wide));
        Assert.False(_state.View.IsLarge(StateHarness.RangeOf("a0001")));
        Assert.False(_state.View.IsLarge(StateHarness.RangeOf("a", "a1000")));
        Assert.False(_state.View.IsLarge(new RangeRequest(many) { CountOnly = true }));
        Assert.False(_state.View.IsLarge(new RangeRequest(many) { Limit = 1000 }));
        Assert.False(_state.View.IsLarge(new RangeRequest(many) { Limit = 1000, SortOrder = SortOrder.Ascend }));
        Assert.False(_state.View.IsLarge(new RangeRequest(many) { Limit = 1000, SortTarget = SortTarget.Mod }));
        Assert.False(_state.View.IsLarge(new RangeRequest(wide) { KeysOnly = true }));
        Assert.False(_state.View.IsLarge(StateHarness.RangeOf("b", "b32")));
        Assert.False(_state.View.IsLarge(StateHarness.RangeOf("c", "d")));
    }

    [Fact]
    public void From_key_reaches_the_last_key()
    {
        PutFive();

        Assert.Equal(["c", "d", "e"], Keys(_state.Range("c", "\0")));
    }

    [Theory]
    [InlineData("c", "c")]
    [InlineData("c", "a")]
    public void End_not_above_the_key_is_empty(string key, string end)
    {
        PutFive();

        Assert.Equal(0, _state.Range(key, end).Count);
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(5, 5, false)]
    [InlineData(6, 5, false)]
    [InlineData(0, 5, false)]
    [InlineData(-1, 5, false)]
    [InlineData(long.MaxValue, 5, false)]
    public void Limit_cuts_and_says_so(long limit, int returned, bool more)
    {
        PutFive();

        RangeResponse response = _state.Range(All(request => request.Limit = limit));

        Assert.Equal((returned, more, 5), (response.Kvs.Count, response.More, response.Count));
    }

    [Fact]
    public void Count_only_ignores_limit_and_filters()
    {
        PutFive();

        RangeResponse response = _state.Range(All(request =>
        {
            request.CountOnly = true;
            request.Limit = 2;
            request.MinModRevision = 100;
        }));

        Assert.Empty(response.Kvs);
        Assert.Equal((5, false), (response.Count, response.More));
    }

    [Fact]
    public void Count_of_an_old_revision_is_the_count_then()
    {
        PutFive();
        _state.Delete("a", "c");

        RangeRequest request = All(range => range.CountOnly = true);
        Assert.Equal(3, _state.Range(request).Count);
        request.Revision = 4;
        Assert.Equal(3, _state.Range(request).Count);
        request.Revision = 6;
        Assert.Equal(5, _state.Range(request).Count);
    }

    [Fact]
    public void Keys_only_drops_values_and_keeps_the_rest()
    {
        _state.Grant(7);
        _state.Put("a", "v", lease: 7);

        Mvccpb.KeyValue kv = Assert.Single(_state.Range(All(request => request.KeysOnly = true)).Kvs);

        Assert.Equal((0, 7, 1, 2, 2), (kv.Value.Length, kv.Lease, kv.Version, kv.CreateRevision, kv.ModRevision));
        Assert.Equal("v", _state.Range("a").Kvs[0].Value.ToStringUtf8());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_only_tells_the_lease_of_each_revision(bool isReopened)
    {
        _state.Grant(7);
        _state.Put("a", "1");
        _state.Put("a", "2", lease: 7);
        _state.Put("a", "3");
        _state.Put("b", "1");
        _state.Compact(3);
        if (isReopened)
        {
            _state.SweepAll();
            _state.Reopen();
        }

        Mvccpb.KeyValue leased = KeyOf("a", revision: 3);
        Mvccpb.KeyValue free = KeyOf("a", revision: 4);

        Assert.Equal((0, 7, 2, 2, 3), Facts(leased));
        Assert.Equal((0, 0, 3, 2, 4), Facts(free));
        Assert.Equal((0, 0, 1, 5, 5), Facts(KeyOf("b", revision: 5)));
        Assert.Equal(
            [free, KeyOf("b", revision: 5)], _state.Range(All(request => request.KeysOnly = true)).Kvs);
    }

    [Fact]
    public void Old_revision_reads_the_value_then_and_the_header_now()
    {
        _state.Put("a", "1");
        _state.Put("a", "2");
        _state.Delete("a");

        Assert.Equal("1", _state.Range("a", revision: 2).Kvs[0].Value.ToStringUtf8());
        Assert.Equal("2", _state.Range("a", revision: 3).Kvs[0].Value.ToStringUtf8());
        Assert.Empty(_state.Range("a", revision: 4).Kvs);
        Assert.Equal(4, _state.Range("a", revision: 2).Header.Revision);
        Assert.Empty(_state.Range("a", revision: -5).Kvs);
    }

    [Fact]
    public void Future_and_compacted_revisions_fail()
    {
        PutFive();
        _state.Compact(4);

        Assert.Same(EtcdErrors.FutureRevision, _state.RangeError(StateHarness.RangeOf("a", revision: 7)));
        Assert.Same(EtcdErrors.Compacted, _state.RangeError(StateHarness.RangeOf("a", revision: 3)));
        Assert.Null(_state.RangeError(StateHarness.RangeOf("a", revision: 4)));
    }

    [Theory]
    [InlineData(SortTarget.Key, "abc")]
    [InlineData(SortTarget.Version, "bca")]
    [InlineData(SortTarget.Create, "cab")]
    [InlineData(SortTarget.Mod, "cba")]
    [InlineData(SortTarget.Value, "bac")]
    public void Sort_orders_by_target_both_ways(SortTarget target, string ascending)
    {
        PutForSorting();

        string up = string.Concat(Keys(_state.Range(Sorted(target, SortOrder.Ascend))));
        string down = string.Concat(Keys(_state.Range(Sorted(target, SortOrder.Descend))));
        string unordered = string.Concat(Keys(_state.Range(Sorted(target, SortOrder.None))));

        Assert.Equal(ascending, up);
        Assert.Equal(string.Concat(ascending.Reverse()), down);
        Assert.Equal(ascending, unordered);
    }

    [Fact]
    public void Sort_target_without_order_sorts_only_what_the_limit_let_through()
    {
        foreach (string key in (string[])["e", "d", "c", "b", "a"])
        {
            _state.Put(key, key);
        }

        RangeRequest request = Sorted(SortTarget.Mod, SortOrder.None);
        request.Limit = 2;
        RangeResponse response = _state.Range(request);

        Assert.Equal(["c", "b"], Keys(response));
        Assert.Equal((true, 5), (response.More, response.Count));
    }

    [Fact]
    public void Sort_with_order_sorts_everything_before_the_limit()
    {
        foreach (string key in (string[])["e", "d", "c", "b", "a"])
        {
            _state.Put(key, key);
        }

        RangeRequest request = Sorted(SortTarget.Mod, SortOrder.Ascend);
        request.Limit = 2;

        Assert.Equal(["e", "d"], Keys(_state.Range(request)));
    }

    [Fact]
    public void Sort_by_value_with_keys_only_sorts_before_it_drops_the_values()
    {
        PutForSorting();

        RangeRequest request = Sorted(SortTarget.Value, SortOrder.Ascend);
        request.KeysOnly = true;
        RangeResponse response = _state.Range(request);

        Assert.Equal(["b", "a", "c"], Keys(response));
        Assert.All(response.Kvs, kv => Assert.True(kv.Value.IsEmpty));
    }

    [Fact]
    public void Filters_are_inclusive_and_leave_the_count_alone()
    {
        PutFive();

        RangeResponse mod = _state.Range(All(request =>
        {
            request.MinModRevision = 3;
            request.MaxModRevision = 5;
        }));
        RangeResponse created = _state.Range(All(request =>
        {
            request.MinCreateRevision = 5;
            request.MaxCreateRevision = 5;
        }));

        Assert.Equal(["b", "c", "d"], Keys(mod));
        Assert.Equal(5, mod.Count);
        Assert.Equal(["d"], Keys(created));
    }

    [Fact]
    public void Limit_applies_after_the_filter()
    {
        PutFive();

        RangeResponse one = _state.Range(All(request =>
        {
            request.MinModRevision = 6;
            request.Limit = 2;
        }));
        RangeResponse cut = _state.Range(All(request =>
        {
            request.MinModRevision = 4;
            request.Limit = 2;
        }));

        Assert.Equal((1, false, 5), (one.Kvs.Count, one.More, one.Count));
        Assert.Equal(["c", "d"], Keys(cut));
        Assert.True(cut.More);
    }

    private static (int Value, long Lease, long Version, long Created, long Modified) Facts(Mvccpb.KeyValue kv) =>
        (kv.Value.Length, kv.Lease, kv.Version, kv.CreateRevision, kv.ModRevision);

    private Mvccpb.KeyValue KeyOf(string key, long revision)
    {
        RangeRequest request = StateHarness.RangeOf(key, revision: revision);
        request.KeysOnly = true;
        return Assert.Single(_state.Range(request).Kvs);
    }

    private static string[] Keys(RangeResponse response) => [.. response.Kvs.Select(kv => kv.Key.ToStringUtf8())];

    private static RangeRequest All(Action<RangeRequest> change)
    {
        RangeRequest request = StateHarness.RangeOf("\0", "\0");
        change(request);
        return request;
    }

    private static RangeRequest Sorted(SortTarget target, SortOrder order) => All(request =>
    {
        request.SortTarget = target;
        request.SortOrder = order;
    });

    // Version: b1 c2 a3; create: c a b; mod: c b a; value: b<a<c.
    private void PutForSorting()
    {
        _state.Put("c", "0");
        _state.Put("a", "0");
        _state.Put("c", "3");
        _state.Put("a", "0");
        _state.Put("b", "1");
        _state.Put("a", "2");
    }

    private void PutFive()
    {
        foreach (string key in (string[])["a", "b", "c", "d", "e"])
        {
            _state.Put(key, "value of " + key);
        }
    }
}
