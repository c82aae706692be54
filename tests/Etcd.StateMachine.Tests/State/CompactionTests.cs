using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.State;

public sealed class CompactionTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void Compacted_revisions_are_unreadable_at_once()
    {
        PutThree();

        ApplyResult result = _state.Compact(3);

        Assert.Null(result.Error);
        Assert.Equal(4, ((CompactionResponse)result.Response!).Header.Revision);
        Assert.False(result.Sweep!.IsFinished);
        Assert.Equal("2", _state.Range("a", revision: 3).Kvs[0].Value.ToStringUtf8());
        Assert.Same(EtcdErrors.Compacted, _state.RangeError(StateHarness.RangeOf("a", revision: 2)));
    }

    [Fact]
    public void Compaction_refuses_what_is_done_and_what_is_to_come()
    {
        PutThree();
        _state.Compact(3);

        Assert.Same(EtcdErrors.Compacted, _state.Compact(3).Error);
        Assert.Same(EtcdErrors.Compacted, _state.Compact(2).Error);
        Assert.Same(EtcdErrors.FutureRevision, _state.Compact(5).Error);
        Assert.Null(_state.Compact(4).Error);
    }

    [Fact]
    public void Fresh_store_compacts_to_zero_once()
    {
        Assert.Same(EtcdErrors.Compacted, _state.Compact(-1).Error);
        Assert.Null(_state.Compact(0).Error);
        Assert.Same(EtcdErrors.Compacted, _state.Compact(0).Error);
        Assert.Null(_state.Compact(1).Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Sweep_leaves_the_newest_rows_and_the_tombstone_at_the_revision(int step)
    {
        _state.Put("a", "1");
        _state.Put("b", "1");
        _state.Delete("b");
        _state.Put("a", "2");
        _state.Put("c", "1");
        _state.Delete("c");
        ApplyResult result = _state.Compact(7);
        _state.SweepAll(step);

        Assert.True(result.Sweep!.IsFinished);
        Assert.Equal(["5", "7t"], Rows());
        (IReadOnlyList<RevisionEvents>? events, EtcdError? error) =
            _state.View.ReadEvents(7, 100, long.MaxValue, out _);
        Assert.Null(error);
        Assert.Equal("c", events!.Single().Events.Single().Kv.Key.ToStringUtf8());
        Assert.Equal(Mvccpb.Event.Types.EventType.Delete, events![0].Events[0].Type);

        _state.Put("d", "1");
        _state.Compact(8);
        _state.SweepAll(step);
        Assert.Equal(["5", "8"], Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Events_below_a_compaction_are_refused_whatever_the_view(bool swept)
    {
        PutThree();
        MvccView before = _state.View;
        _state.Compact(4);
        if (swept)
        {
            _state.SweepAll();
        }

        foreach (MvccView view in new[] { before, _state.View })
        {
            Assert.Same(EtcdErrors.Compacted, view.ReadEvents(3, 100, long.MaxValue, out _).Error);
            (IReadOnlyList<RevisionEvents>? events, EtcdError? error) =
                view.ReadEvents(4, 100, long.MaxValue, out long next);
            Assert.Null(error);
            Assert.Equal(4, Assert.Single(events!).Revision);
            Assert.Equal(5, next);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(128)]
    [InlineData(5000)]
    public void Sweep_of_many_rows_leaves_the_newest_of_each_key(int step)
    {
        for (int i = 0; i < 1000; i++)
        {
            _state.Put(i is 300 or 310 or 900 ? $"only {i}" : "often", "v");
        }

        _state.Compact(1001);
        _state.SweepAll(step);

        Assert.Equal(["302", "312", "902", "1001"], Rows());
        _state.Reopen();
        Assert.Equal(4, _state.Range("\0", "\0").Count);
    }

    [Fact]
    public void Sweep_waits_for_entries_in_between()
    {
        PutThree();
        _state.Compact(4);
        _state.ApplyOnly(new InternalRaftRequest { Put = StateHarness.PutOf("b", "1") });

        Assert.Throws<InvalidOperationException>(() => _state.State.StepCompaction(10));
        _state.Commit();
        _state.SweepAll();
        Assert.False(_state.State.HasCompactionWork);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Sweep_resumes_after_a_restart_at_any_step(int stepsBefore)
    {
        PutThree();
        _state.Put("b", "1");
        _state.Delete("b");
        _state.Compact(6);
        for (int i = 0; i < stepsBefore; i++)
        {
            _state.State.StepCompaction(1);
        }

        _state.Reopen();

        Assert.Equal((6, 6), (_state.View.Revision, _state.View.CompactRevision));
        Assert.Same(EtcdErrors.Compacted, _state.RangeError(StateHarness.RangeOf("a", revision: 5)));
        Assert.True(_state.State.HasCompactionWork);
        _state.SweepAll(1);
        Assert.Equal(["4", "6t"], Rows());
        _state.Reopen();
        Assert.False(_state.State.HasCompactionWork);
        Assert.Equal((6, 6), (_state.View.Revision, _state.View.CompactRevision));
    }

    [Fact]
    public void Held_view_reads_on_from_the_newest_after_a_sweep()
    {
        var state = new StateHarness(options: new StateMachineOptions { ValueCacheBytes = 0 });
        state.Put("a", "1");
        state.Put("b", "1");
        MvccView held = state.View;
        state.Put("a", "2");
        state.Compact(4);
        state.SweepAll();

        (RangeResponse? current, EtcdError? none) = held.Range(StateHarness.RangeOf("a"));
        (_, EtcdError? compacted) = held.Range(StateHarness.RangeOf("a", revision: 3));
        (TxnResponse? txn, _) = held.ExecuteReadOnlyTxn(new TxnRequest
        {
            Success = { new RequestOp { RequestRange = StateHarness.RangeOf("a") } },
        });

        Assert.Null(none);
        Assert.Equal(("2", 4), (current!.Kvs[0].Value.ToStringUtf8(), current.Header.Revision));
        Assert.Same(EtcdErrors.Compacted, compacted);
        Assert.Equal("2", txn!.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Null(held.GetAt(StateHarness.Bytes("a"), 2));
    }

    [Fact]
    public void Lost_row_is_noticed()
    {
        var state = new StateHarness(options: new StateMachineOptions { ValueCacheBytes = 0 });
        state.Put("a", "1");
        using (IKvBatch batch = state.Engine.CreateBatch())
        {
            batch.DeleteRange(Bucket.Key, [], []);
            state.Engine.Write(batch);
        }

        Assert.Throws<InvalidDataException>(() => state.View.Range(StateHarness.RangeOf("a")));
    }

    [Fact]
    public void Overlapping_compactions_sweep_in_turn()
    {
        PutThree();
        CompactionSweep first = _state.Compact(2).Sweep!;
        CompactionSweep second = _state.Compact(4).Sweep!;

        while (!first.IsFinished)
        {
            Assert.True(_state.State.StepCompaction(1));
        }

        Assert.False(second.IsFinished);
        _state.SweepAll();
        Assert.True(second.IsFinished);
        Assert.Equal(["4"], Rows());
    }

    [Fact]
    public void Mark_of_a_raised_revision_counts_and_is_no_key()
    {
        PutThree();
        using (IKvBatch batch = _state.Engine.CreateBatch())
        {
            byte[] key = new byte[RevisionKey.Length];
            RevisionKey.Write(key, new Revision(1000, 0));
            batch.Put(Bucket.Key, key, []);
            MetaKeys.WriteCompaction(batch, MetaKeys.ScheduledCompaction, 1000);
            _state.Engine.Write(batch);
        }

        _state.Reopen();
        _state.SweepAll();

        Assert.Equal((1000, 1000), (_state.View.Revision, _state.View.CompactRevision));
        Assert.Equal(["a"], _state.Range("\0", "\0").Kvs.Select(kv => kv.Key.ToStringUtf8()));
        Assert.Equal(1001, _state.Put("b", "1").Header.Revision);
        Assert.DoesNotContain(
            _state.View.ReadEvents(1000, 10, long.MaxValue, out _).Events!, events => events.Revision == 1000);
    }

    private string[] Rows()
    {
        var rows = new List<string>();
        using IKvCursor cursor = _state.Engine.Scan(Bucket.Key, [], []);
        while (cursor.MoveNext())
        {
            rows.Add(RevisionKey.Read(cursor.Key).Main + (RevisionKey.IsTombstone(cursor.Key) ? "t" : string.Empty));
        }

        return [.. rows];
    }

    private void PutThree()
    {
        _state.Put("a", "1");
        _state.Put("a", "2");
        _state.Put("a", "3");
    }
}
