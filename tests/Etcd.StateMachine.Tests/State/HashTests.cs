using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.State;

/// <summary>The hashes are those that etcd 3.5.30 answered for the same requests.</summary>
public sealed class HashTests
{
    private readonly StateHarness _state = new();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void HashKv_equals_etcds(bool sweeps, bool restarts)
    {
        AssertHash(1084519789, -1, 0);
        PutFirst();
        AssertHash(3813115310, -1, 0);
        AssertHash(1827592406, -1, 3);
        AssertHash(1125682900, -1, 5);
        _state.Grant(77, 600);
        _state.Put("e", "7", lease: 77);
        AssertHash(187833779, -1, 0);

        Compact(4, sweeps, restarts);
        AssertHash(1218996556, 4, 0);
        AssertHash(1468967122, 4, 5);
        Assert.Same(EtcdErrors.Compacted, _state.View.HashKv(3).Error);
        _state.Put("b", "8");
        _state.Delete("a");
        AssertHash(1223017154, 4, 0);
        Assert.Same(EtcdErrors.FutureRevision, _state.View.HashKv(10).Error);

        Compact(9, sweeps, restarts);
        AssertHash(2006942210, 9, 0);
        _state.Delete("\0", "\0");
        AssertHash(69763556, 9, 0);
        Compact(10, sweeps, restarts);
        AssertHash(1084519789, 10, 0);
        _state.Put("z", "1");
        AssertHash(974378710, 10, 0);
    }

    [Fact]
    public void Finished_compactions_keep_their_hash()
    {
        PutFirst();
        _state.Grant(77, 600);
        _state.Put("e", "7", lease: 77);
        Compact(4, sweeps: true, restarts: false);
        AssertHash(2069675932, -1, 4);
        _state.Put("b", "8");
        _state.Delete("a");
        Compact(9, sweeps: true, restarts: false);
        AssertHash(1223017154, 4, 9);
        _state.Delete("\0", "\0");
        Compact(10, sweeps: true, restarts: false);
        AssertHash(1930850173, 9, 10);
        AssertHash(1223017154, 4, 9);
        AssertHash(2069675932, -1, 4);
    }

    [Fact]
    public void Only_the_newest_ten_compaction_hashes_are_kept()
    {
        for (int i = 0; i < 12; i++)
        {
            _state.Put("a", "1");
            Compact(i + 2, sweeps: true, restarts: false);
        }

        Assert.Same(EtcdErrors.Compacted, _state.View.HashKv(3).Error);
        Assert.Null(_state.View.HashKv(4).Error);
    }

    [Fact]
    public void Hash_after_an_unfinished_compaction_is_not_kept()
    {
        PutFirst();
        _state.Compact(3);
        _state.Compact(4);
        _state.SweepAll();

        Assert.Equal(-1, _state.View.HashKv(3).Result.CompactRevision);
        Assert.Equal(4, _state.View.HashKv(4).Result.CompactRevision);
    }

    [Fact]
    public void Crc32C_has_the_known_check_value()
    {
        var whole = new Crc32C();
        whole.Append("123456789"u8);
        var parts = new Crc32C();
        parts.Append("12"u8);
        parts.Append("3456789"u8);

        Assert.Equal(0xE3069283, whole.Value);
        Assert.Equal(0xE3069283, parts.Value);
    }

    [Fact]
    public void Backend_hash_leaves_out_the_applied_position()
    {
        PutFirst();
        uint before = BackendHash.Compute(_state.Engine);
        _state.State.Apply(new CommittedEntry(
            CommittedEntryKind.Normal, Term: 9, _state.State.AppliedIndex + 1, default));
        _state.Commit();

        Assert.Equal(before, BackendHash.Compute(_state.Engine));
        _state.Put("a", "1");
        Assert.NotEqual(before, BackendHash.Compute(_state.Engine));
    }

    private void PutFirst()
    {
        _state.Put("a", "1");
        _state.Put("b", "2");
        _state.Put("a", "3");
        _state.Delete("b");
        _state.Txn(new TxnRequest
        {
            Success =
            {
                new RequestOp { RequestPut = StateHarness.PutOf("c", "5") },
                new RequestOp { RequestPut = StateHarness.PutOf("d", "6") },
            },
        });
        Assert.Equal(6, _state.View.Revision);
    }

    private void Compact(long revision, bool sweeps, bool restarts)
    {
        Assert.Null(_state.Compact(revision).Error);
        if (restarts)
        {
            _state.Reopen();
        }

        if (sweeps)
        {
            _state.SweepAll(1);
        }
    }

    private void AssertHash(uint expected, long compactRevision, long revision)
    {
        (HashKvResult result, EtcdError? error) = _state.View.HashKv(revision);
        Assert.Null(error);
        Assert.Equal((expected, compactRevision), (result.Hash, result.CompactRevision));
        Assert.Equal(_state.View.Revision, result.CurrentRevision);
    }
}
