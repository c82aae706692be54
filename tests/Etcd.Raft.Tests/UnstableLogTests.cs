namespace Etcd.Raft.Tests;

public sealed class UnstableLogTests
{
    [Fact]
    public void Append_at_the_end_keeps_what_is_in_progress()
    {
        UnstableLog log = New(5, (1, 5), (1, 6));
        log.AcceptInProgress();
        log.TruncateAndAppend(Entries((1, 7)));

        Assert.Equal("5,6,7", Show(log));
        Assert.Equal((5UL, 7UL), (log.Offset, log.OffsetInProgress));
        Assert.Equal(7UL, log.NextEntries[0].Index);
    }

    [Fact]
    public void Append_inside_cuts_the_tail_and_hands_it_out_again()
    {
        UnstableLog log = New(5, (1, 5), (1, 6), (1, 7));
        log.AcceptInProgress();
        log.TruncateAndAppend(Entries((2, 6)));

        Assert.Equal("5,6", Show(log));
        Assert.Equal((5UL, 6UL), (log.Offset, log.OffsetInProgress));
        Assert.Equal(2UL, log.NextEntries[0].Term);
    }

    [Fact]
    public void Append_below_the_offset_replaces_everything()
    {
        UnstableLog log = New(5, (1, 5), (1, 6));
        log.AcceptInProgress();
        log.TruncateAndAppend(Entries((2, 3), (2, 4)));

        Assert.Equal("3,4", Show(log));
        Assert.Equal((3UL, 3UL), (log.Offset, log.OffsetInProgress));
    }

    [Fact]
    public void Append_with_a_gap_is_refused() =>
        Assert.Throws<RaftInvariantException>(() => New(5, (1, 5)).TruncateAndAppend(Entries((1, 7))));

    [Fact]
    public void Lists_handed_out_never_change()
    {
        UnstableLog log = New(5, (1, 5), (1, 6), (1, 7));
        EntryList before = log.Slice(5, 8);
        log.TruncateAndAppend(Entries((2, 6), (2, 7), (2, 8)));
        log.StableTo(new EntryId(2, 7));
        log.TruncateAndAppend(Entries((3, 8), (3, 9)));

        Assert.Equal([(1UL, 5UL), (1UL, 6UL), (1UL, 7UL)], before.Select(entry => (entry.Term, entry.Index)));
        Assert.Equal("8,9", Show(log));
    }

    [Theory]
    [InlineData(1UL, 4UL, 5UL)]
    [InlineData(1UL, 5UL, 6UL)]
    [InlineData(1UL, 6UL, 7UL)]
    [InlineData(2UL, 6UL, 5UL)]
    [InlineData(1UL, 9UL, 5UL)]
    public void StableTo_releases_only_what_matches(ulong term, ulong index, ulong offset)
    {
        UnstableLog log = New(5, (1, 5), (1, 6));
        log.StableTo(new EntryId(term, index));

        Assert.Equal(offset, log.Offset);
        Assert.True(log.OffsetInProgress >= offset);
    }

    [Fact]
    public void StableTo_ignores_the_index_of_a_snapshot()
    {
        UnstableLog log = New(5);
        log.Restore(Snapshot(4, 9));
        log.StableTo(new EntryId(4, 9));

        Assert.NotNull(log.Snapshot);
        Assert.Equal(10UL, log.Offset);
    }

    [Fact]
    public void Snapshot_stands_in_for_the_entry_it_ends_with()
    {
        UnstableLog log = New(5, (1, 5));
        log.Restore(Snapshot(4, 9));

        Assert.True(log.TryGetLastIndex(out ulong last));
        Assert.True(log.TryGetTerm(9, out ulong term));
        Assert.Equal((9UL, 4UL), (last, term));
        Assert.False(log.TryGetTerm(8, out _));
        Assert.False(log.TryGetTerm(10, out _));
        Assert.Same(log.Snapshot, log.NextSnapshot);
        log.AcceptInProgress();
        Assert.Null(log.NextSnapshot);
        log.StableSnapshotTo(8);
        Assert.NotNull(log.Snapshot);
        log.StableSnapshotTo(9);
        Assert.Null(log.Snapshot);
    }

    [Fact]
    public void AppendStamped_gives_term_and_index()
    {
        UnstableLog log = New(5, (1, 5));
        log.AppendStamped([new(EntryType.Normal, 0, 0, default), new(EntryType.ConfChange, 9, 9, default)], term: 3);

        Assert.Equal("5,6,7", Show(log));
        Assert.Equal((EntryType.ConfChange, 3UL), (log.Slice(7, 8)[0].Type, log.Slice(7, 8)[0].Term));
    }

    [Theory]
    [InlineData(4UL, 6UL)]
    [InlineData(5UL, 8UL)]
    [InlineData(6UL, 5UL)]
    public void Slice_outside_is_refused(ulong low, ulong high) =>
        Assert.Throws<RaftInvariantException>(() => New(5, (1, 5), (1, 6)).Slice(low, high));

    /// <summary>Against a list of entries that is copied at every step.</summary>
    [Fact]
    public void Any_sequence_of_operations_equals_the_model()
    {
        Random random = new(3);
        for (int round = 0; round < 300; round++)
        {
            UnstableLog log = new(5, default);
            List<Entry> model = [];
            List<(EntryList Handed, Entry[] Copy)> handed = [];
            for (ulong term = 1; term < 30; term++)
            {
                ulong end = log.Offset + (ulong)log.Count;
                if (random.Next(3) > 0)
                {
                    ulong from = random.Next(2) == 0 ? end : Math.Max(1, end - (ulong)random.Next(4));
                    Entry[] added = [.. Enumerable.Range(0, random.Next(1, 5))
                        .Select(i => new Entry(EntryType.Normal, term, from + (ulong)i, default))];
                    log.TruncateAndAppend(added);
                    model.RemoveAll(entry => entry.Index >= from);
                    model.AddRange(added);
                }
                else if (model.Count > 0)
                {
                    Entry last = model[random.Next(model.Count)];
                    log.StableTo(new EntryId(last.Term, last.Index));
                    model.RemoveAll(entry => entry.Index <= last.Index);
                }

                EntryList all = log.Slice(log.Offset, log.Offset + (ulong)log.Count);
                Assert.Equal(model, all.Span.ToArray());
                handed.Add((all, [.. all]));
            }

            Assert.All(handed, pair => Assert.Equal(pair.Copy, pair.Handed.Span.ToArray()));
        }
    }

    private static UnstableLog New(ulong offset, params (ulong Term, ulong Index)[] ids)
    {
        UnstableLog log = new(offset, default);
        if (ids.Length > 0)
        {
            log.TruncateAndAppend(Entries(ids));
        }

        return log;
    }

    private static Entry[] Entries(params (ulong Term, ulong Index)[] ids) =>
        [.. ids.Select(id => new Entry(EntryType.Normal, id.Term, id.Index, default))];

    private static Snapshot Snapshot(ulong term, ulong index) =>
        new(default, new SnapshotMetadata(ConfState.Empty, index, term));

    private static string Show(UnstableLog log) => string.Join(
        ',', log.Slice(log.Offset, log.Offset + (ulong)log.Count).Select(entry => entry.Index));
}
