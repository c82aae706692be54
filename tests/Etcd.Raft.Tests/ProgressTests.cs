namespace Etcd.Raft.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void Inflights_free_in_order_and_wrap_around()
    {
        Inflights window = new(maxCount: 3, RaftConfig.NoLimit);
        for (ulong index = 1; index <= 50; index++)
        {
            window.Add(index, bytes: 1);
            if (window.IsFull)
            {
                window.FreeThrough(index - 2);
                Assert.Equal(2, window.Count);
            }
        }

        window.FreeThrough(0);
        Assert.Equal(2, window.Count);
        window.FreeThrough(100);
        Assert.Equal(0, window.Count);
    }

    [Fact]
    public void Inflights_count_bytes_and_let_the_crossing_message_through()
    {
        Inflights window = new(maxCount: 100, maxBytes: 10);
        window.Add(1, bytes: 9);
        Assert.False(window.IsFull);
        window.Add(2, bytes: 9);
        Assert.True(window.IsFull);
        window.FreeThrough(1);
        Assert.False(window.IsFull);
    }

    [Fact]
    public void Inflights_when_full_refuse_another()
    {
        Inflights window = new(maxCount: 1, RaftConfig.NoLimit);
        window.Add(1, bytes: 0);

        Assert.Throws<RaftInvariantException>(() => window.Add(2, bytes: 0));
    }

    [Fact]
    public void Inflights_growing_keep_their_order()
    {
        Inflights window = new(maxCount: 40, RaftConfig.NoLimit);
        for (ulong index = 1; index <= 6; index++)
        {
            window.Add(index, bytes: 1);
        }

        window.FreeThrough(5);
        for (ulong index = 7; index <= 30; index++)
        {
            window.Add(index, bytes: 1);
        }

        window.FreeThrough(29);
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public void BecomeProbe_after_a_snapshot_starts_behind_it()
    {
        Progress progress = New(match: 3, next: 10);
        progress.BecomeSnapshot(20);
        Assert.True(progress.IsPaused);
        Assert.Equal(21UL, progress.Next);
        progress.BecomeProbe();

        Assert.Equal((3UL, 21UL, ProgressState.Probe), (progress.Match, progress.Next, progress.State));
    }

    [Fact]
    public void BecomeProbe_after_a_failed_snapshot_starts_behind_the_match()
    {
        Progress progress = New(match: 3, next: 10);
        progress.BecomeSnapshot(20);
        progress.PendingSnapshot = 0;
        progress.BecomeProbe();

        Assert.Equal(4UL, progress.Next);
    }

    [Theory]
    [InlineData(2UL, false, 3UL, 5UL)]
    [InlineData(3UL, false, 3UL, 5UL)]
    [InlineData(4UL, true, 4UL, 5UL)]
    [InlineData(7UL, true, 7UL, 8UL)]
    public void MaybeUpdate_takes_only_what_is_new(ulong acked, bool expected, ulong match, ulong next)
    {
        Progress progress = New(match: 3, next: 5);

        Assert.Equal(expected, progress.MaybeUpdate(acked));
        Assert.Equal((match, next), (progress.Match, progress.Next));
    }

    [Theory]
    [InlineData(ProgressState.Replicate, 5UL, 5UL, false, 10UL)]
    [InlineData(ProgressState.Replicate, 9UL, 9UL, true, 6UL)]
    [InlineData(ProgressState.Probe, 8UL, 8UL, false, 10UL)]
    [InlineData(ProgressState.Probe, 9UL, 7UL, true, 8UL)]
    [InlineData(ProgressState.Probe, 9UL, 2UL, true, 6UL)]
    [InlineData(ProgressState.Probe, 9UL, 20UL, true, 9UL)]
    public void MaybeDecrease_takes_only_the_answer_to_the_last_probe(
        ProgressState state, ulong rejected, ulong hint, bool expected, ulong next)
    {
        Progress progress = New(match: 5, next: 10);
        if (state == ProgressState.Replicate)
        {
            progress.BecomeReplicate();
            progress.SentEntries(4, payloadBytes: 0);
        }

        Assert.Equal(expected, progress.MaybeDecrease(rejected, hint));
        Assert.Equal(next, progress.Next);
    }

    [Fact]
    public void SentEntries_while_probing_pauses_after_the_first()
    {
        Progress progress = New(match: 5, next: 10);
        progress.SentEntries(0, payloadBytes: 0);
        Assert.False(progress.IsPaused);
        progress.SentEntries(2, payloadBytes: 20);
        Assert.True(progress.IsPaused);
        Assert.Equal(10UL, progress.Next);
    }

    [Fact]
    public void SentEntries_during_a_snapshot_is_refused()
    {
        Progress progress = New(match: 5, next: 10);
        progress.BecomeSnapshot(8);

        Assert.Throws<RaftInvariantException>(() => progress.SentEntries(1, payloadBytes: 1));
    }

    [Fact]
    public void CanBumpCommit_is_false_once_the_commit_index_is_on_its_way()
    {
        Progress progress = New(match: 5, next: 6);
        progress.BecomeReplicate();
        progress.SentEntries(4, payloadBytes: 0);
        progress.SentCommit(5);
        Assert.True(progress.CanBumpCommit(7));
        progress.SentCommit(9);
        Assert.False(progress.CanBumpCommit(12));
    }

    [Fact]
    public void ProgressMap_is_sorted_by_id_and_clones_independently()
    {
        ProgressMap map = new();
        foreach (ulong id in new ulong[] { 9, 3, 7, 1 })
        {
            map.Set(New(match: id, next: 100, id));
        }

        ProgressMap clone = map.Clone();
        map.Remove(3);
        map.Set(New(match: 50, next: 100, id: 7));

        Assert.Equal([1UL, 7UL, 9UL], map.Select(progress => progress.Id));
        Assert.Equal([1UL, 3UL, 7UL, 9UL], clone.Select(progress => progress.Id));
        Assert.Equal(7UL, clone[7]!.Match);
        Assert.Null(map[3]);
    }

    private static Progress New(ulong match, ulong next, ulong id = 2) =>
        new(id, match, next, new Inflights(10, RaftConfig.NoLimit), isLearner: false, recentActive: true);
}
