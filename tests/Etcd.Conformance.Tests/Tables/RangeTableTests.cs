using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Order = Etcdserverpb.RangeRequest.Types.SortOrder;
using Target = Etcdserverpb.RangeRequest.Types.SortTarget;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Range, item by item.</summary>
public sealed class RangeTableTests(Pair pair) : IClassFixture<Pair>
{
    public static TheoryData<int, int> TargetsAndOrders()
    {
        var data = new TheoryData<int, int>();
        for (int target = 0; target < 5; target++)
        {
            data.Add(target, (int)Order.Ascend);
            data.Add(target, (int)Order.Descend);
        }

        return data;
    }

    [Fact]
    public Task R01_empty_key_is_refused() =>
        pair.RefusedAsync(Range(""), StatusCode.InvalidArgument, "etcdserver: key is not provided");

    [Fact]
    public async Task R02_missing_key_is_no_error()
    {
        var response = await pair.GetAsync("R02/missing");
        Assert.Equal((0, 0), (response.Count, response.Kvs.Count));
    }

    [Fact]
    public async Task R03_keys_come_in_byte_order()
    {
        byte[][] suffixes = [[0xff], [0x00], [0x7f, 0x00], [], [0x80], [0xff, 0xff], [0x00, 0x00]];
        foreach (byte[] suffix in suffixes)
        {
            await pair.SameAsync(new PutRequest { Key = ByteString.CopyFrom([.. "R03/"u8, .. suffix]), Value = Bytes("v") });
        }

        Assert.Equal(suffixes.Length, (await pair.GetAsync("R03/", "R030")).Kvs.Count);
    }

    [Fact]
    public async Task R04_from_key_and_every_key()
    {
        await FiveAsync("R04");
        await pair.GetAsync("R04/k3", FromKey);
        await pair.GetAsync("\0", FromKey);
    }

    [Fact]
    public async Task R05_end_not_above_key_is_empty()
    {
        await FiveAsync("R05");
        Assert.Equal(0, (await pair.GetAsync("R05/k3", "R05/k3")).Count);
        Assert.Equal(0, (await pair.GetAsync("R05/k3", "R05/k1")).Count);
    }

    [Fact]
    public async Task R06_limit_below_count_sets_more()
    {
        var response = await pair.SameAsync<RangeResponse>(await OverFiveAsync("R06", range => range.Limit = 2));
        Assert.Equal((2, true, 5), (response.Kvs.Count, response.More, response.Count));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, -5)]
    [InlineData(6, 0)]
    [InlineData(4, -5)]
    public async Task R07_limits_and_revisions_without_effect(long limit, long revision)
    {
        var request = await OverFiveAsync("R07", range => (range.Limit, range.Revision) = (limit, revision));
        Assert.Equal(limit == 4, (await pair.SameAsync<RangeResponse>(request)).More);
    }

    [Fact]
    public async Task R08_count_only_ignores_the_limit()
    {
        var request = await OverFiveAsync("R08", range => (range.CountOnly, range.Limit, range.MinModRevision) = (true, 2, 999));
        var response = await pair.SameAsync<RangeResponse>(request);
        Assert.Equal((5, 0, false), (response.Count, response.Kvs.Count, response.More));
    }

    [Fact]
    public async Task R09_keys_only_keeps_lease_and_versions()
    {
        await pair.SameAsync(Grant(909, 3600));
        await pair.PutAsync("R09/k", "value", lease: 909);
        var response = await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("R09/k"), KeysOnly = true });
        Assert.Equal((0, 909, 1), (response.Kvs[0].Value.Length, response.Kvs[0].Lease, response.Kvs[0].Version));
    }

    [Fact]
    public async Task R10_historic_value_under_the_current_header()
    {
        await pair.PutAsync("R10", "old");
        long then = pair.Revision;
        await pair.PutAsync("R10", "new");
        var response = await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("R10"), Revision = then });
        Assert.Equal(("old", pair.Revision), (response.Kvs[0].Value.ToStringUtf8(), response.Header.Revision));
    }

    [Fact]
    public Task R11_future_revision_is_refused() => pair.RefusedAsync(
        new RangeRequest { Key = Bytes("R11"), Revision = pair.Revision + 1000 },
        StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");

    [Fact]
    public async Task R12_revision_below_the_compacted_is_refused_equal_is_not()
    {
        await FiveAsync("R12");
        long compacted = pair.Revision - 1;
        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = compacted });
        await pair.RefusedAsync(
            new RangeRequest { Key = Bytes("R12/k1"), Revision = compacted - 1 },
            StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
        await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("R12/k1"), Revision = compacted });
    }

    [Theory]
    [MemberData(nameof(TargetsAndOrders))]
    public async Task R13_sorts_by_each_target_in_each_order(int target, int order)
    {
        var request = await OverFiveAsync(
            "R13", range => (range.SortTarget, range.SortOrder) = ((Target)target, (Order)order));
        await pair.SameAsync<RangeResponse>(request);
        request.Limit = 3;
        Assert.Equal(3, (await pair.SameAsync<RangeResponse>(request)).Kvs.Count);
    }

    [Fact]
    public async Task R14_target_without_order_ascends()
    {
        var request = await OverFiveAsync("R14", range => range.SortTarget = Target.Mod);
        var response = await pair.SameAsync<RangeResponse>(request);
        Assert.Equal(response.Kvs.Select(pair => pair.ModRevision).Order(), response.Kvs.Select(pair => pair.ModRevision));
    }

    [Fact]
    public async Task R15_limit_without_order_sorts_the_first_keys_only()
    {
        var request = await OverFiveAsync("R15", range => (range.SortTarget, range.Limit) = (Target.Mod, 2));
        var response = await pair.SameAsync<RangeResponse>(request);
        Assert.Equal(["R15/k3", "R15/k2"], response.Kvs.Select(pair => pair.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task R16_sort_by_value_with_keys_only()
    {
        var request = await OverFiveAsync(
            "R16", range => (range.SortTarget, range.SortOrder, range.KeysOnly) = (Target.Value, Order.Descend, true));
        await pair.SameAsync<RangeResponse>(request);
    }

    [Fact]
    public async Task R17_unknown_sort_order_is_ignored_and_unknown_target_refused()
    {
        await pair.SameAsync<RangeResponse>(await OverFiveAsync("R17", range => range.SortOrder = (Order)9));

        // etcd 3.5 panics at an unknown target, so only ours is asked; the answer is that of 3.6.
        var request = await OverFiveAsync("R17", range => range.SortTarget = (Target)9);
        var answer = await Answer.OfAsync(pair.OurMember, request);
        Assert.Equal("InvalidArgument: etcdserver: invalid sort option", answer.Text);
    }

    [Fact]
    public async Task R18_revision_filters_are_inclusive_and_leave_the_count()
    {
        var request = await OverFiveAsync("R18", _ => { });
        var all = await pair.SameAsync<RangeResponse>(request);
        long first = all.Kvs.Min(pair => pair.ModRevision);
        foreach (var (minMod, maxMod, minCreate, maxCreate) in new (long, long, long, long)[]
            {
                (first + 1, 0, 0, 0), (0, first + 1, 0, 0), (first + 1, first + 2, 0, 0), (0, 0, first - 3, 0),
                (0, 0, 0, first - 3), (first, first + 3, first - 4, first), (first + 99, 0, 0, 0), (-1, -1, -1, -1),
            })
        {
            request.MinModRevision = minMod;
            request.MaxModRevision = maxMod;
            request.MinCreateRevision = minCreate;
            request.MaxCreateRevision = maxCreate;
            Assert.Equal(5, (await pair.SameAsync<RangeResponse>(request)).Count);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task R19_limit_is_applied_after_the_filter(long limit)
    {
        var request = await OverFiveAsync("R19", range => range.Limit = limit);
        request.MinModRevision = pair.Revision - 3;
        var response = await pair.SameAsync<RangeResponse>(request);
        Assert.Equal((Math.Min(4, limit), limit < 4, 5L), ((long)response.Kvs.Count, response.More, response.Count));
    }

    [Fact]
    public async Task R20_serializable_and_linearizable_answer_alike()
    {
        var request = await OverFiveAsync("R20", range => range.Serializable = true);
        var serializable = await pair.SameAsync<RangeResponse>(request);
        request.Serializable = false;
        Assert.Equal(serializable, await pair.SameAsync<RangeResponse>(request));
    }

    /// <summary>Five keys whose version, creation, change and value order differ.</summary>
    private async Task FiveAsync(string prefix)
    {
        await pair.SameAsync(Delete(prefix + "/", prefix + "0"));
        int[] created = [2, 5, 1, 4, 3];
        foreach (int number in created)
        {
            await pair.PutAsync($"{prefix}/k{number}", $"v{number}");
        }

        for (int number = 5; number >= 1; number--)
        {
            for (int version = 1; version < (number * 2 % 5) + 1; version++)
            {
                await pair.PutAsync($"{prefix}/k{number}", $"v{version}");
            }
        }

        for (int number = 5; number >= 1; number--)
        {
            await pair.PutAsync($"{prefix}/k{number}", $"w{number * 3 % 7}");
        }
    }

    private async Task<RangeRequest> OverFiveAsync(string prefix, Action<RangeRequest> change)
    {
        await FiveAsync(prefix);
        var request = Range(prefix + "/", prefix + "0");
        change(request);
        return request;
    }
}
