using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Put and DeleteRange, item by item.</summary>
public sealed class WriteTableTests(Pair pair) : IClassFixture<Pair>
{
    [Fact]
    public Task P01_empty_key_is_refused() =>
        pair.RefusedAsync(Put("", "v"), StatusCode.InvalidArgument, "etcdserver: key is not provided");

    [Fact]
    public async Task P02_second_put_keeps_the_creation()
    {
        await pair.PutAsync("P02", "a");
        await pair.PutAsync("P02", "b");
        var kv = (await pair.GetAsync("P02")).Kvs[0];
        Assert.Equal((2, pair.Revision - 1, pair.Revision), (kv.Version, kv.CreateRevision, kv.ModRevision));
    }

    [Fact]
    public async Task P03_identical_value_makes_a_version()
    {
        await pair.PutAsync("P03", "a");
        await pair.PutAsync("P03", "a");
        Assert.Equal(2, (await pair.GetAsync("P03")).Kvs[0].Version);
    }

    [Fact]
    public async Task P04_put_after_delete_creates_anew()
    {
        await pair.PutAsync("P04", "a");
        await pair.SameAsync(Delete("P04"));
        await pair.PutAsync("P04", "b");
        var kv = (await pair.GetAsync("P04")).Kvs[0];
        Assert.Equal((1, pair.Revision, pair.Revision), (kv.Version, kv.CreateRevision, kv.ModRevision));
    }

    [Fact]
    public async Task P05_prev_kv_is_the_former_or_absent()
    {
        var put = Put("P05", "a");
        put.PrevKv = true;
        Assert.Null((await pair.SameAsync<PutResponse>(put)).PrevKv);
        Assert.Equal("a", (await pair.SameAsync<PutResponse>(put)).PrevKv.Value.ToStringUtf8());
    }

    [Fact]
    public Task P06_ignore_value_with_a_value_is_refused() => pair.RefusedAsync(
        new PutRequest { Key = Bytes("P06"), Value = Bytes("v"), IgnoreValue = true },
        StatusCode.InvalidArgument, "etcdserver: value is provided");

    [Fact]
    public Task P07_ignore_lease_with_a_lease_is_refused() => pair.RefusedAsync(
        new PutRequest { Key = Bytes("P07"), Lease = 7, IgnoreLease = true },
        StatusCode.InvalidArgument, "etcdserver: lease is provided");

    [Fact]
    public async Task P08_ignore_value_keeps_the_value()
    {
        await pair.PutAsync("P08", "kept");
        await pair.SameAsync<PutResponse>(new PutRequest { Key = Bytes("P08"), IgnoreValue = true });
        var kv = (await pair.GetAsync("P08")).Kvs[0];
        Assert.Equal(("kept", 2), (kv.Value.ToStringUtf8(), kv.Version));
    }

    [Fact]
    public async Task P09_ignore_lease_keeps_the_lease()
    {
        await pair.SameAsync(Grant(809, 3600));
        await pair.PutAsync("P09", "a", lease: 809);
        await pair.SameAsync<PutResponse>(new PutRequest { Key = Bytes("P09"), Value = Bytes("b"), IgnoreLease = true });
        Assert.Equal(809, (await pair.GetAsync("P09")).Kvs[0].Lease);
        await pair.SameAsync(Revoke(809));
        Assert.Equal(0, (await pair.GetAsync("P09")).Count);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public Task P10_keeping_what_a_missing_key_has_is_refused(bool ignoreValue, bool ignoreLease) => pair.RefusedAsync(
        new PutRequest { Key = Bytes("P10/missing"), IgnoreValue = ignoreValue, IgnoreLease = ignoreLease },
        StatusCode.InvalidArgument, "etcdserver: key not found");

    [Fact]
    public Task P11_unknown_lease_is_refused() => pair.RefusedAsync(
        Put("P11", "v", lease: 424242), StatusCode.NotFound, "etcdserver: requested lease not found");

    [Fact]
    public Task P12_unknown_lease_is_told_before_the_missing_key() => pair.RefusedAsync(
        new PutRequest { Key = Bytes("P12/missing"), IgnoreValue = true, Lease = 424242 },
        StatusCode.NotFound, "etcdserver: requested lease not found");

    [Fact]
    public async Task P13_put_without_lease_detaches()
    {
        await pair.SameAsync(Grant(813, 3600));
        await pair.PutAsync("P13", "a", lease: 813);
        await pair.PutAsync("P13", "b");
        long before = pair.Revision;
        await pair.SameAsync(Revoke(813));
        Assert.Equal(("b", before), ((await pair.GetAsync("P13")).Kvs[0].Value.ToStringUtf8(), pair.Revision));
    }

    [Fact]
    public async Task P14_put_with_another_lease_moves_the_attachment()
    {
        await pair.SameAsync(Grant(8141, 3600));
        await pair.SameAsync(Grant(8142, 3600));
        await pair.PutAsync("P14", "a", lease: 8141);
        await pair.PutAsync("P14", "a", lease: 8142);
        await pair.SameAsync(new LeaseTimeToLiveRequest { ID = 8141, Keys = true });
        await pair.SameAsync(Revoke(8141));
        Assert.Equal(8142, (await pair.GetAsync("P14")).Kvs[0].Lease);
    }

    [Fact]
    public Task D01_empty_key_is_refused() =>
        pair.RefusedAsync(Delete(""), StatusCode.InvalidArgument, "etcdserver: key is not provided");

    [Fact]
    public async Task D02_nothing_deleted_leaves_the_revision()
    {
        long before = pair.Revision;
        foreach (var request in new[] { Delete("D02/missing"), Delete("D02/b", "D02/a"), Delete("D02/", "D020") })
        {
            Assert.Equal((0, before), (
                (await pair.SameAsync<DeleteRangeResponse>(request)).Deleted, pair.Revision));
        }
    }

    [Fact]
    public async Task D03_three_keys_in_one_revision()
    {
        await ThreeAsync("D03");
        long before = pair.Revision;
        Assert.Equal(3, (await pair.SameAsync<DeleteRangeResponse>(Delete("D03/", "D030"))).Deleted);
        Assert.Equal(before + 1, pair.Revision);
    }

    [Fact]
    public async Task D04_prev_kvs_come_in_key_order()
    {
        await ThreeAsync("D04");
        var delete = Delete("D04/", "D040");
        delete.PrevKv = true;
        var response = await pair.SameAsync<DeleteRangeResponse>(delete);
        Assert.Equal(["D04/a", "D04/b", "D04/c"], response.PrevKvs.Select(kv => kv.Key.ToStringUtf8()));
    }

    private async Task ThreeAsync(string prefix)
    {
        foreach (string name in (string[])["c", "a", "b"])
        {
            await pair.PutAsync($"{prefix}/{name}", name);
        }
    }
}
