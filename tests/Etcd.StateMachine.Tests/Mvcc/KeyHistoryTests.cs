using Etcd.StateMachine.Mvcc;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class KeyHistoryTests
{
    [Fact]
    public void Get_between_lives_finds_nothing()
    {
        KeyHistory history = TwoLives();

        Assert.False(history.TryGet(1, out _, out _, out _));
        Assert.Equal((2, 2, 1), Get(history, 2));
        Assert.Equal((4, 2, 2), Get(history, 5));
        Assert.False(history.TryGet(6, out _, out _, out _));
        Assert.False(history.TryGet(7, out _, out _, out _));
        Assert.Equal((8, 8, 1), Get(history, 9));
        Assert.Equal((10, 8, 2), Get(history, 10));
        Assert.False(history.TryGet(12, out _, out _, out _));
    }

    [Theory]
    [InlineData(1, "2 4 6t 8 10 12t")]
    [InlineData(2, "2 4 6t 8 10 12t")]
    [InlineData(3, "2 4 6t 8 10 12t")]
    [InlineData(4, "4 6t 8 10 12t")]
    [InlineData(5, "4 6t 8 10 12t")]
    [InlineData(6, "6t 8 10 12t")]
    [InlineData(7, "8 10 12t")]
    [InlineData(9, "8 10 12t")]
    [InlineData(10, "10 12t")]
    [InlineData(11, "10 12t")]
    [InlineData(12, "12t")]
    [InlineData(13, "")]
    public void Compact_keeps_the_newest_below_and_a_tombstone_exactly_there(long atMain, string expected)
    {
        KeyHistory history = TwoLives();

        KeyHistory? compacted = history.Compact(atMain);

        Assert.Equal(expected, Describe(compacted));
        var kept = Revisions(history).Where(row => history.IsKept(row, atMain)).Select(row => row.Main);
        Assert.Equal(expected.Replace("t", string.Empty, StringComparison.Ordinal), string.Join(' ', kept));
    }

    [Fact]
    public void Compact_leaves_every_later_read_as_it_was()
    {
        for (long compactAt = 1; compactAt <= 13; compactAt++)
        {
            KeyHistory history = TwoLives();
            KeyHistory? compacted = history.Compact(compactAt);
            for (long at = compactAt; at <= 14; at++)
            {
                bool expected = history.TryGet(at, out Revision revision, out long created, out long version);
                Revision found = default;
                long foundCreated = 0;
                long foundVersion = 0;
                bool actual = compacted?.TryGet(at, out found, out foundCreated, out foundVersion) ?? false;

                Assert.Equal(expected, actual);
                if (expected)
                {
                    Assert.Equal((revision, created, version), (found, foundCreated, foundVersion));
                }
            }
        }
    }

    [Theory]
    [InlineData(4, "4")]
    [InlineData(5, "4")]
    [InlineData(6, "")]
    [InlineData(7, "")]
    [InlineData(8, "8")]
    [InlineData(12, "")]
    public void Keep_leaves_out_a_tombstone_exactly_there(long atMain, string expected)
    {
        var kept = new List<Revision>();

        TwoLives().CollectKept(atMain, kept);

        Assert.Equal(expected, string.Join(' ', kept.Select(revision => revision.Main)));
    }

    [Fact]
    public void Keep_leaves_out_a_life_that_begins_in_the_revision_of_the_tombstone()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 0), 2, 1, hasLease: false);
        history = history.WithTombstone(new Revision(3, 0));
        history = history.WithPut(new Revision(3, 1), hasLease: false);
        var kept = new List<Revision>();

        history.CollectKept(3, kept);
        Assert.Empty(kept);

        history.CollectKept(4, kept);
        Assert.Equal([new Revision(3, 1)], kept);
    }

    [Fact]
    public void Compact_at_a_revision_with_end_and_new_beginning_keeps_the_new_life()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 0), 2, 1, hasLease: false);
        history = history.WithTombstone(new Revision(3, 0));
        history = history.WithPut(new Revision(3, 1), hasLease: false);

        KeyHistory? compacted = history.Compact(3);

        Assert.Equal("3t 3", Describe(compacted));
        Assert.True(history.IsKept(new Revision(3, 1), 3));
        Assert.Equal((3, 3, 1), Get(compacted!, 3));
    }

    [Fact]
    public void Earlier_histories_answer_for_their_revisions_as_before_later_changes()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 0), 2, 1, hasLease: false);
        var earlier = new List<(KeyHistory History, long At, string Expected)>();
        for (long main = 3; main < 60; main++)
        {
            earlier.Add((history, main - 1, AllUpTo(history, main - 1)));
            history = main % 5 == 0
                ? history.WithTombstone(new Revision(main, 0))
                : history.WithPut(new Revision(main, 0), hasLease: false);
        }

        Assert.All(earlier, one => Assert.Equal(one.Expected, AllUpTo(one.History, one.At)));
    }

    [Fact]
    public void Put_on_a_living_key_changes_its_history_in_place()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 0), 2, 1, hasLease: false);

        Assert.Same(history, history.WithPut(new Revision(4, 0), hasLease: true));
        Assert.True(history.HasLeases);
        Assert.Equal((2, 2, 1), Get(history, 3));
        Assert.Equal((4, 2, 2), Get(history, 4));
        KeyHistory deleted = history.WithTombstone(new Revision(5, 0));
        Assert.NotSame(history, deleted);
        Assert.True(history.IsLive);
        Assert.NotSame(deleted, deleted.WithPut(new Revision(6, 0), hasLease: false));
        Assert.False(deleted.IsLive);
    }

    [Fact]
    public void Reader_finds_what_was_published_while_puts_go_on()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 2), 2, 1, hasLease: false);
        long published = 2;
        long reads = 0;
        string? wrong = null;
        Thread reader = new(() =>
        {
            for (long at = 0; at < 200_000 && wrong is null; Volatile.Write(ref reads, reads + 1))
            {
                at = Volatile.Read(ref published);
                bool found = history.TryGet(at, out Revision modified, out long created, out long version);
                if (!found || modified != new Revision(at, at % 7) || created != 2 || version != at - 1)
                {
                    wrong = $"{modified}, created {created}, version {version} at {at}";
                }
            }
        });
        reader.Start();
        for (long main = 3; main <= 200_000; main++)
        {
            history.WithPut(new Revision(main, main % 7), hasLease: false);
            Volatile.Write(ref published, main);
            if (main % 1_000 == 0 && main < 200_000)
            {
                // Wherever the reader is, it reads on while the next puts come.
                long before = Volatile.Read(ref reads);
                SpinWait.SpinUntil(() => Volatile.Read(ref reads) > before || !reader.IsAlive);
            }
        }

        reader.Join();
        Assert.Null(wrong);
    }

    [Fact]
    public void Restored_tombstone_stands_alone()
    {
        KeyHistory history = KeyHistory.BeginWithTombstone([1], new Revision(7, 0));

        Assert.False(history.IsLive);
        Assert.False(history.TryGet(7, out _, out _, out _));
        Assert.Equal("7t", Describe(history.Compact(7)));
        Assert.Null(history.Compact(8));
        history = history.WithPut(new Revision(9, 0), hasLease: false);
        Assert.Equal((9, 9, 1), Get(history, 9));
    }

    [Fact]
    public void Change_that_does_not_advance_fails()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 1), 2, 1, hasLease: false);

        Assert.Throws<InvalidOperationException>(() => history.WithPut(new Revision(2, 1), hasLease: false));
        history = history.WithTombstone(new Revision(3, 0));
        Assert.Throws<InvalidOperationException>(() => history.WithTombstone(new Revision(4, 0)));
    }

    private static KeyHistory TwoLives()
    {
        KeyHistory history = KeyHistory.BeginWithPut([1], new Revision(2, 0), 2, 1, hasLease: false);
        history = history.WithPut(new Revision(4, 0), hasLease: false);
        history = history.WithTombstone(new Revision(6, 0));
        history = history.WithPut(new Revision(8, 0), hasLease: false);
        history = history.WithPut(new Revision(10, 0), hasLease: false);
        history = history.WithTombstone(new Revision(12, 0));
        return history;
    }

    private static (long Modified, long Created, long Version) Get(KeyHistory history, long at)
    {
        Assert.True(history.TryGet(at, out Revision modified, out long created, out long version));
        return (modified.Main, created, version);
    }

    private static IEnumerable<Revision> Revisions(KeyHistory history) =>
        Enumerable.Range(0, history.Count).Select(history.At);

    private static string AllUpTo(KeyHistory history, long last) => string.Join(
        ' ',
        Enumerable.Range(1, (int)last).Select(
            at => history.TryGet(at, out Revision modified, out long created, out long version)
                ? $"{modified.Main}:{created}:{version}"
                : "-"));

    private static string Describe(KeyHistory? history) => history is null
        ? string.Empty
        : string.Join(
            ' ',
            Enumerable.Range(0, history.Count)
                .Select(i => $"{history.At(i).Main}{(history.IsTombstoneAt(i) ? "t" : "")}"));
}
