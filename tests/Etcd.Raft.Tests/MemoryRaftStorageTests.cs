namespace Etcd.Raft.Tests;

public sealed class MemoryRaftStorageTests
{
    [Fact]
    public void Fresh_storage_starts_before_index_1()
    {
        MemoryRaftStorage storage = new();
        storage.InitialState(out HardState hardState, out ConfState confState);

        Assert.Equal((1UL, 0UL), (storage.FirstIndex, storage.LastIndex));
        Assert.True(hardState.IsEmpty);
        Assert.Equal(ConfState.Empty, confState);
        Assert.Null(storage.Snapshot());
        Assert.Equal(StorageStatus.Ok, storage.Term(0, out ulong term));
        Assert.Equal(0UL, term);
    }

    [Theory]
    [InlineData(2UL, StorageStatus.Compacted, 0UL)]
    [InlineData(3UL, StorageStatus.Ok, 3UL)]
    [InlineData(5UL, StorageStatus.Ok, 5UL)]
    [InlineData(6UL, StorageStatus.Unavailable, 0UL)]
    public void Term_is_known_from_the_compacted_index_on(ulong index, StorageStatus expected, ulong term)
    {
        MemoryRaftStorage storage = New(5, compacted: 3);

        Assert.Equal(expected, storage.Term(index, out ulong actual));
        Assert.Equal(term, actual);
    }

    [Theory]
    [InlineData(3UL, 5UL, StorageStatus.Compacted)]
    [InlineData(4UL, 6UL, StorageStatus.Ok)]
    [InlineData(4UL, 7UL, StorageStatus.Unavailable)]
    public void Entries_are_there_after_the_compacted_index(ulong low, ulong high, StorageStatus expected) =>
        Assert.Equal(expected, New(5, compacted: 3).Entries(low, high, RaftConfig.NoLimit, out _));

    [Fact]
    public void Append_replaces_from_the_first_index_on_and_leaves_lists_alone()
    {
        MemoryRaftStorage storage = New(5, compacted: 0);
        storage.Entries(1, 6, RaftConfig.NoLimit, out EntryList before);
        storage.Append(new Entry[] { new(EntryType.Normal, 9, 4, default) });

        Assert.Equal(4UL, storage.LastIndex);
        Assert.Equal([1UL, 2, 3, 4, 5], before.Select(entry => entry.Term));
        storage.Entries(1, 5, RaftConfig.NoLimit, out EntryList after);
        Assert.Equal([1UL, 2, 3, 9], after.Select(entry => entry.Term));
    }

    [Fact]
    public void Append_skips_what_is_compacted_and_refuses_gaps()
    {
        MemoryRaftStorage storage = New(5, compacted: 4);
        storage.Append(new Entry[] { new(EntryType.Normal, 9, 3, default), new(EntryType.Normal, 9, 4, default) });
        Assert.Equal(5UL, storage.LastIndex);
        storage.Append(new Entry[] { new(EntryType.Normal, 8, 4, default), new(EntryType.Normal, 9, 5, default) });
        storage.Term(4, out ulong compacted);
        storage.Term(5, out ulong replaced);

        Assert.Equal((4UL, 9UL), (compacted, replaced));
        Assert.Throws<RaftInvariantException>(
            () => storage.Append(new Entry[] { new(EntryType.Normal, 9, 7, default) }));
    }

    [Fact]
    public void Compact_twice_or_beyond_the_end_is_refused()
    {
        MemoryRaftStorage storage = New(5, compacted: 3);

        Assert.False(storage.Compact(3));
        Assert.Throws<RaftInvariantException>(() => storage.Compact(6));
        Assert.True(storage.Compact(5));
        Assert.Equal((6UL, 5UL), (storage.FirstIndex, storage.LastIndex));
    }

    [Fact]
    public void Payload_bytes_are_those_of_the_entries_held()
    {
        MemoryRaftStorage storage = new();
        storage.Append(Payloads(1, 10, 20, 30, 40, 50));
        Assert.Equal(150UL, storage.PayloadBytes);
        storage.Append(Payloads(4, 7));
        Assert.Equal(67UL, storage.PayloadBytes);
        storage.Compact(2);
        Assert.Equal(37UL, storage.PayloadBytes);
        storage.Append(Payloads(2, 100, 60, 8, 9));
        Assert.Equal(77UL, storage.PayloadBytes);
        storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(ConfState.Empty, 9, 9)));
        Assert.Equal(0UL, storage.PayloadBytes);
    }

    [Theory]
    [InlineData(150UL, 2UL)]
    [InlineData(120UL, 2UL)]
    [InlineData(119UL, 3UL)]
    [InlineData(50UL, 4UL)]
    [InlineData(49UL, 5UL)]
    [InlineData(0UL, 5UL)]
    public void Newest_entries_of_so_many_bytes_lie_behind_an_index(ulong payloadBytes, ulong index)
    {
        MemoryRaftStorage storage = new();
        storage.Append(Payloads(1, 10, 20, 30, 40, 50));
        storage.Compact(2);

        Assert.Equal(index, storage.IndexBeforeNewest(payloadBytes));
    }

    [Fact]
    public void Snapshots_only_go_forward()
    {
        MemoryRaftStorage storage = New(5, compacted: 0);
        ConfState state = new() { Voters = [1] };

        Assert.Equal(4UL, storage.CreateSnapshot(4, state, default)!.Metadata.Term);
        Assert.Null(storage.CreateSnapshot(4, null, default));
        Assert.Equal(state, storage.CreateSnapshot(5, null, default)!.Metadata.ConfState);
        Assert.False(storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(state, 5, 5))));
        Assert.True(storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(state, 9, 7))));
        Assert.Equal((10UL, 9UL), (storage.FirstIndex, storage.LastIndex));
        Assert.Throws<RaftInvariantException>(() => storage.CreateSnapshot(10, null, default));
    }

    [Fact]
    public void ConfState_sorts_and_compares_by_content()
    {
        ConfState state = new() { Voters = [3, 1, 2, 3] };

        Assert.Equal([1UL, 2, 3], state.Voters);
        Assert.Equal(new ConfState { Voters = [1, 2, 3] }, state);
        Assert.NotEqual(new ConfState { Voters = [1, 2, 3], AutoLeave = true }, state);
    }

    private static Entry[] Payloads(ulong first, params int[] lengths) =>
        [.. lengths.Select((length, i) => new Entry(EntryType.Normal, 1, first + (ulong)i, new byte[length]))];

    private static MemoryRaftStorage New(int count, ulong compacted)
    {
        MemoryRaftStorage storage = new();
        storage.Append(
            Enumerable.Range(1, count).Select(i => new Entry(EntryType.Normal, (ulong)i, (ulong)i, default)).ToArray());
        if (compacted > 0)
        {
            storage.Compact(compacted);
        }

        return storage;
    }
}
