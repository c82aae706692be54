namespace Etcd.Raft.Tests;

public sealed class RaftLogTests
{
    // Index:                                1  2  3  4  5  6  7  8  9
    private static readonly ulong[] Terms = [1, 3, 3, 4, 4, 5, 5, 5, 6];

    [Theory]
    [InlineData(9UL, 6UL, 9UL, 6UL)]
    [InlineData(9UL, 5UL, 8UL, 5UL)]
    [InlineData(8UL, 3UL, 3UL, 3UL)]
    [InlineData(5UL, 2UL, 1UL, 1UL)]
    [InlineData(3UL, 9UL, 3UL, 3UL)]
    [InlineData(5UL, 0UL, 0UL, 0UL)]
    public void FindConflictByTerm_skips_later_terms(
        ulong index, ulong term, ulong expectedIndex, ulong expectedTerm) =>
        Assert.Equal(new EntryId(expectedTerm, expectedIndex), New(stable: 4).FindConflictByTerm(index, term));

    [Fact]
    public void FindConflictByTerm_stops_at_the_compacted_part_with_an_unknown_term()
    {
        RaftLog log = New(stable: 9, compacted: 5);

        Assert.Equal(new EntryId(4, 5), log.FindConflictByTerm(9, 4));
        Assert.Equal(new EntryId(0, 4), log.FindConflictByTerm(9, 3));
    }

    [Theory]
    [InlineData(6UL, 8UL, false)]
    [InlineData(6UL, 9UL, true)]
    [InlineData(5UL, 20UL, false)]
    [InlineData(7UL, 1UL, true)]
    public void IsUpToDate_compares_last_terms_then_lengths(ulong term, ulong index, bool expected) =>
        Assert.Equal(expected, New(stable: 9).IsUpToDate(new EntryId(term, index)));

    [Theory]
    [InlineData(9UL, 6UL, new ulong[] { 6, 6 }, 11UL, 11UL)]
    [InlineData(9UL, 6UL, new ulong[0], 11UL, 9UL)]
    [InlineData(5UL, 4UL, new ulong[] { 5, 5 }, 9UL, 7UL)]
    [InlineData(5UL, 4UL, new ulong[] { 5, 6 }, 9UL, 7UL)]
    public void TryAppend_commits_only_what_is_known_to_agree(
        ulong index, ulong term, ulong[] terms, ulong commit, ulong expectedCommit)
    {
        RaftLog log = New(stable: 4);
        Entry[] entries = [.. terms.Select((t, i) => new Entry(EntryType.Normal, t, index + (ulong)i + 1, default))];

        Assert.True(log.TryAppend(new EntryId(term, index), entries, commit, out ulong last));
        Assert.Equal(index + (ulong)terms.Length, last);
        Assert.Equal(expectedCommit, log.Committed);
    }

    [Fact]
    public void TryAppend_of_known_entries_keeps_the_tail_and_of_others_cuts_it()
    {
        RaftLog log = New(stable: 4);
        log.TryAppend(new EntryId(4, 5), new Entry[] { new(EntryType.Normal, 5, 6, default) }, 0, out _);
        Assert.Equal(9UL, log.LastIndex);
        log.TryAppend(new EntryId(4, 5), new Entry[] { new(EntryType.Normal, 7, 6, default) }, 0, out _);
        Assert.Equal(6UL, log.LastIndex);
        Assert.Equal(new EntryId(7, 6), log.LastEntryId);
    }

    [Fact]
    public void TryAppend_after_a_mismatch_does_nothing()
    {
        RaftLog log = New(stable: 4);

        Assert.False(log.TryAppend(new EntryId(5, 5), default, 9, out _));
        Assert.False(log.TryAppend(new EntryId(6, 10), default, 9, out _));
        Assert.Equal(0UL, log.Committed);
    }

    [Fact]
    public void TryAppend_against_a_committed_entry_fails_fast()
    {
        RaftLog log = New(stable: 4);
        log.CommitTo(6);

        Assert.Throws<RaftInvariantException>(
            () => log.TryAppend(new EntryId(4, 5), new Entry[] { new(EntryType.Normal, 7, 6, default) }, 0, out _));
    }

    [Theory]
    [InlineData(1UL, 10UL, 100UL, 9)]
    [InlineData(1UL, 10UL, 0UL, 1)]
    [InlineData(1UL, 10UL, 3UL, 3)]
    [InlineData(1UL, 10UL, 4UL, 4)]
    [InlineData(1UL, 10UL, 5UL, 5)]
    [InlineData(3UL, 7UL, 4UL, 4)]
    [InlineData(4UL, 6UL, 1UL, 1)]
    [InlineData(5UL, 8UL, 2UL, 2)]
    public void Slice_across_storage_and_tail_keeps_order_and_limit(ulong low, ulong high, ulong limit, int count)
    {
        ulong size = EntrySize.Encoded(new Entry(EntryType.Normal, 1, 1, default));

        Assert.Equal(StorageStatus.Ok, New(stable: 4).Slice(low, high, limit * size, out EntryList entries));
        Assert.Equal(Enumerable.Range((int)low, count), entries.Select(entry => (int)entry.Index));
    }

    [Fact]
    public void NextCommitted_gives_only_what_is_durable_here()
    {
        RaftLog log = New(stable: 4);
        log.CommitTo(7);

        Assert.Equal([1, 2, 3, 4], log.NextCommitted().Select(entry => (int)entry.Index));
        log.AcceptApplying(log.NextCommitted());
        Assert.False(log.HasNextCommitted);
        Assert.True(log.NextCommitted().IsEmpty);
    }

    [Fact]
    public void AppliedTo_outside_of_what_is_committed_fails_fast()
    {
        RaftLog log = New(stable: 9);
        log.CommitTo(5);
        log.AppliedTo(4, size: 0);

        Assert.Throws<RaftInvariantException>(() => log.AppliedTo(6, size: 0));
        Assert.Throws<RaftInvariantException>(() => log.AppliedTo(3, size: 0));
    }

    [Theory]
    [InlineData(9UL, 6UL, true)]
    [InlineData(9UL, 5UL, false)]
    [InlineData(10UL, 6UL, false)]
    [InlineData(3UL, 3UL, false)]
    public void TryCommit_needs_an_entry_of_the_term(ulong index, ulong term, bool expected)
    {
        RaftLog log = New(stable: 9);
        log.CommitTo(3);

        Assert.Equal(expected, log.TryCommit(new EntryId(term, index)));
    }

    private static RaftLog New(int stable, int compacted = 0)
    {
        Entry[] entries = [.. Terms.Select((term, i) => new Entry(EntryType.Normal, term, (ulong)i + 1, default))];
        MemoryRaftStorage storage = new();
        storage.Append(entries.AsSpan(0, stable));
        if (compacted > 0)
        {
            storage.Compact((ulong)compacted);
        }

        RaftLog log = new(storage, RaftConfig.NoLimit, default);
        if (stable < entries.Length)
        {
            log.AppendAtEnd(entries.AsSpan(stable));
        }

        return log;
    }
}
