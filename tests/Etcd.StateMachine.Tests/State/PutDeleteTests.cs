using Etcd.Protocol.Errors;
using Etcdserverpb;
using Mvccpb;

namespace Etcd.StateMachine.Tests.State;

public sealed class PutDeleteTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void Put_delete_put_counts_revisions_and_starts_a_new_life()
    {
        Assert.Equal(2, _state.Put("a", "1").Header.Revision);
        Assert.Equal(3, _state.Put("a", "1").Header.Revision);
        KeyValue second = _state.Range("a").Kvs[0];
        Assert.Equal((2, 3, 2), (second.CreateRevision, second.ModRevision, second.Version));
        Assert.Equal(4, _state.Delete("a").Header.Revision);
        Assert.Equal(5, _state.Put("a", "1").Header.Revision);

        KeyValue kv = _state.Range("a").Kvs[0];
        Assert.Equal((5, 5, 1), (kv.CreateRevision, kv.ModRevision, kv.Version));
    }

    [Fact]
    public void Put_prev_kv_gives_the_former_key_value()
    {
        PutRequest request = StateHarness.PutOf("a", "2");
        request.PrevKv = true;
        var entry = new InternalRaftRequest { Put = request };

        Assert.Null(_state.Expect<PutResponse>(entry).PrevKv);
        Assert.Equal((2, "2"), Describe(_state.Expect<PutResponse>(entry).PrevKv));
    }

    [Fact]
    public void Put_ignore_value_keeps_the_value()
    {
        _state.Put("a", "old");
        _state.Apply(new InternalRaftRequest
        {
            Put = new PutRequest { Key = StateHarness.Bytes("a"), IgnoreValue = true },
        });

        KeyValue kv = _state.Range("a").Kvs[0];
        Assert.Equal(("old", 2, 3), (kv.Value.ToStringUtf8(), kv.Version, kv.ModRevision));
    }

    [Fact]
    public void Put_ignore_lease_keeps_the_lease()
    {
        _state.Grant(5);
        _state.Put("a", "1", lease: 5);
        _state.Apply(new InternalRaftRequest
        {
            Put = new PutRequest { Key = StateHarness.Bytes("a"), Value = StateHarness.Bytes("2"), IgnoreLease = true },
        });

        Assert.Equal(5, _state.Range("a").Kvs[0].Lease);
        _state.Revoke(5);
        Assert.Empty(_state.Range("a").Kvs);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Put_ignore_on_a_missing_key_fails(bool ignoreValue, bool ignoreLease)
    {
        EtcdError error = _state.ExpectError(new InternalRaftRequest
        {
            Put = new PutRequest
            {
                Key = StateHarness.Bytes("a"), IgnoreValue = ignoreValue, IgnoreLease = ignoreLease,
            },
        });

        Assert.Same(EtcdErrors.KeyNotFound, error);
        Assert.Equal(1, _state.View.Revision);
    }

    [Fact]
    public void Put_with_an_unknown_lease_fails_before_the_missing_key_is_seen()
    {
        EtcdError error = _state.ExpectError(new InternalRaftRequest
        {
            Put = new PutRequest { Key = StateHarness.Bytes("a"), IgnoreValue = true, Lease = 9 },
        });

        Assert.Same(EtcdErrors.LeaseNotFound, error);
    }

    [Fact]
    public void Put_without_lease_detaches()
    {
        _state.Grant(1);
        _state.Put("k", "1", lease: 1);
        _state.Put("k", "2");
        LeaseRevokeResponse response = _state.Revoke(1);

        Assert.Equal(3, response.Header.Revision);
        Assert.Equal(1, _state.Range("k").Count);
    }

    [Fact]
    public void Put_with_another_lease_moves_the_key()
    {
        _state.Grant(1);
        _state.Grant(2);
        _state.Put("k", "1", lease: 1);
        _state.Put("k", "2", lease: 2);
        _state.Revoke(1);

        Assert.Equal(2, _state.Range("k").Kvs[0].Lease);
    }

    [Fact]
    public void Revoke_deletes_the_keys_sorted_in_one_revision()
    {
        _state.Grant(1);
        _state.Put("k2", "1", lease: 1);
        _state.Put("k1", "1", lease: 1);
        _state.Events.Clear();

        Assert.Equal(4, _state.Revoke(1).Header.Revision);

        RevisionEvents events = Assert.Single(_state.Events);
        Assert.Equal(4, events.Revision);
        Assert.Equal(["k1", "k2"], events.Events.Select(next => next.Kv.Key.ToStringUtf8()));
        Assert.All(events.Events, next => Assert.Equal(Event.Types.EventType.Delete, next.Type));
    }

    [Fact]
    public void Grant_raises_the_ttl_and_refuses_a_taken_id()
    {
        Assert.Equal((77, 2, 1), Describe(_state.Grant(77, ttlSeconds: 1)));
        EtcdError taken = _state.ExpectError(
            new InternalRaftRequest { LeaseGrant = new LeaseGrantRequest { ID = 77, TTL = 1 } });
        EtcdError unknown = _state.ExpectError(
            new InternalRaftRequest { LeaseRevoke = new LeaseRevokeRequest { ID = 78 } });

        Assert.Same(EtcdErrors.LeaseExists, taken);
        Assert.Same(EtcdErrors.LeaseNotFound, unknown);
    }

    [Fact]
    public void Delete_of_a_missing_key_changes_nothing()
    {
        _state.Put("a", "1");

        DeleteRangeResponse response = _state.Delete("b");

        Assert.Equal((0, 2), (response.Deleted, response.Header.Revision));
        Assert.Equal(2, _state.View.Revision);
    }

    [Fact]
    public void Delete_of_an_interval_makes_one_revision_and_ordered_events()
    {
        _state.Put("p2", "2");
        _state.Put("p1", "1");
        _state.Put("p3", "3");
        _state.Events.Clear();
        DeleteRangeRequest request = StateHarness.DeleteOf("p", "q");
        request.PrevKv = true;

        var response = _state.Expect<DeleteRangeResponse>(new InternalRaftRequest { DeleteRange = request });

        Assert.Equal((3, 5), (response.Deleted, response.Header.Revision));
        Assert.Equal(["p1", "p2", "p3"], response.PrevKvs.Select(kv => kv.Key.ToStringUtf8()));
        Assert.Equal(["1", "2", "3"], response.PrevKvs.Select(kv => kv.Value.ToStringUtf8()));
        RevisionEvents events = Assert.Single(_state.Events);
        Assert.Equal(["p1", "p2", "p3"], events.Events.Select(next => next.Kv.Key.ToStringUtf8()));
        Assert.All(events.Events, next => Assert.Equal(
            new KeyValue { Key = next.Kv.Key, ModRevision = 5 }, next.Kv));
    }

    private static (long Revision, string Value) Describe(KeyValue kv) => (kv.ModRevision, kv.Value.ToStringUtf8());

    private static (long Id, long Ttl, long Revision) Describe(LeaseGrantResponse response) =>
        (response.ID, response.TTL, response.Header.Revision);
}
