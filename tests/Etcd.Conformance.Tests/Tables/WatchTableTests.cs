using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Watch, item by item: creation, cancellation and progress.</summary>
public sealed class WatchTableTests(Pair pair) : IClassFixture<Pair>
{
    /// <summary>Releases before let a negative start pass, and answered progress requests for watches to come.</summary>
    private static readonly Version ProgressAndStartRelease = new(3, 5, 30);

    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";

    [Fact]
    public async Task W02_created_comes_first_with_the_revision_and_ids_count_up()
    {
        await pair.PutAsync("W02", "before");
        await using var watch = WatchPair.Open(pair);
        for (long id = 0; id < 3; id++)
        {
            var created = await watch.CreateAsync(Watch("W02", from: pair.Revision));
            Assert.Equal((id, pair.Revision), (created.WatchId, created.Header.Revision));
            Assert.Equal("before", (await watch.EventsAsync(1))[0].Kv.Value.ToStringUtf8());
        }
    }

    [Fact]
    public async Task W03_id_of_the_client_is_used_and_refused_twice()
    {
        await using var watch = WatchPair.Open(pair);
        Assert.Equal(7, (await watch.CreateAsync(Watch("W03", id: 7))).WatchId);
        var second = await watch.CreateAsync(Watch("W03", id: 7));
        Assert.Equal((-1, true), (second.WatchId, second.Canceled));
        Assert.Equal("mvcc: duplicate watch ID provided on the WatchStream", second.CancelReason);
        Assert.Equal(-3, (await watch.CreateAsync(Watch("W03", id: -3))).WatchId);
        await watch.CreateAsync(Watch("W03", id: 1));
        Assert.Equal(0, (await watch.CreateAsync(Watch("W03"))).WatchId);
        Assert.Equal(2, (await watch.CreateAsync(Watch("W03"))).WatchId);
        await watch.SendAsync(Cancel(2));
        Assert.True((await watch.NextAsync()).Canceled);
        Assert.Equal(3, (await watch.CreateAsync(Watch("W03"))).WatchId);
        Assert.Equal(2, (await watch.CreateAsync(Watch("W03", id: 2))).WatchId);
    }

    [Theory]
    [InlineData("W04")]
    [InlineData("W03")]
    [InlineData("W")]
    public async Task W04_end_not_above_the_key_is_refused(string end)
    {
        await using var watch = WatchPair.Open(pair);
        var created = await watch.CreateAsync(Watch("W04", end));
        Assert.Equal(
            (-1, true, "mvcc: watcher range is empty"), (created.WatchId, created.Canceled, created.CancelReason));
    }

    [Fact]
    public async Task W05_empty_key_stands_for_the_first()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("", FromKey));
        await watch.CreateAsync(Watch("", "W05/m"));
        await pair.PutAsync("W05/a", "both");
        await pair.PutAsync("W05/z", "one");
        var (expected, actual) = (await watch.EventsAsync(3), pair.Revision);
        Assert.Equal(3, expected.Count(change => change.Kv.ModRevision >= actual - 1));
    }

    [Fact]
    public async Task W06_negative_start_is_refused()
    {
        await using var watch = await WatchPair.OpenSinceAsync(pair, ProgressAndStartRelease);
        var created = await watch.CreateAsync(Watch("W06", from: -1));
        Assert.Equal((-1, true, Compacted), (created.WatchId, created.Canceled, created.CancelReason));
        Assert.Equal(0, (await watch.CreateAsync(Watch("W06"))).WatchId);
    }

    [Fact]
    public async Task W07_start_below_the_compacted_is_created_then_canceled()
    {
        await VersionsAsync("W07", 5);
        long compacted = pair.Revision - 1;
        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = compacted });
        await using var watch = WatchPair.Open(pair);
        var created = await watch.CreateAsync(Watch("W07", from: compacted - 1, id: 5));
        Assert.Equal((5, false), (created.WatchId, created.Canceled));
        var canceled = await watch.NextAsync();
        Assert.Equal((5, true, compacted, ""), (
            canceled.WatchId, canceled.Canceled, canceled.CompactRevision, canceled.CancelReason));
        Assert.Equal(0, canceled.Header.Revision);

        // The id stays taken until the client cancels.
        Assert.Equal(-1, (await watch.CreateAsync(Watch("W07", id: 5))).WatchId);
        await watch.SendAsync(Cancel(5));
        Assert.True((await watch.NextAsync()).Canceled);
        Assert.Equal(5, (await watch.CreateAsync(Watch("W07", id: 5))).WatchId);
    }

    [Fact]
    public async Task W08_start_at_the_compacted_revision_is_served()
    {
        await VersionsAsync("W08", 5);
        long compacted = pair.Revision - 2;
        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = compacted, Physical = true });
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W08", from: compacted));
        var events = await watch.EventsAsync(3);
        Assert.Equal([compacted, compacted + 1, compacted + 2], events.Select(change => change.Kv.ModRevision));
    }

    [Fact]
    public async Task W10_future_start_is_silent_until_it_is_reached()
    {
        await using var watch = WatchPair.Open(pair);
        long start = pair.Revision + 3;
        await watch.CreateAsync(Watch("W10", from: start));
        await VersionsAsync("W10", 4);
        Assert.Equal([start, start + 1], (await watch.EventsAsync(2)).Select(change => change.Kv.ModRevision));
    }

    [Fact]
    public async Task W15_canceled_watch_answers_once_and_is_silent()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W15"));
        await watch.CreateAsync(Watch("W15"));
        await watch.SendAsync(Cancel(0));
        var canceled = await watch.NextAsync();
        Assert.Equal((0, true, "", 0), (
            canceled.WatchId, canceled.Canceled, canceled.CancelReason, canceled.CompactRevision));
        await pair.PutAsync("W15", "v");
        Assert.Equal(1, (await watch.NextAsync()).WatchId);
        await pair.PutAsync("W15", "v");
        Assert.Equal(1, (await watch.NextAsync()).WatchId);
    }

    [Fact]
    public async Task W16_cancel_of_an_unknown_id_has_no_answer()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W16"));
        await watch.SendAsync(Cancel(5));
        await watch.SendAsync(Cancel(0));
        Assert.Equal((0, true), Id(await watch.NextAsync()));
        await watch.SendAsync(Cancel(0));
        await OnlyTheNextEventFollowsAsync(watch, "W16");

        static (long, bool) Id(WatchResponse response) => (response.WatchId, response.Canceled);
    }

    [Fact]
    public async Task W17_empty_request_is_ignored()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.SendAsync(new WatchRequest());
        await OnlyTheNextEventFollowsAsync(watch, "W17");
    }

    [Fact]
    public async Task W18_half_close_keeps_the_watch()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W18"));
        await watch.HalfCloseAsync();
        await VersionsAsync("W18", 3);
        await watch.EventsAsync(3);
    }

    [Fact]
    public async Task W19_progress_request_is_answered_for_the_stream()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W19"));
        await watch.CreateAsync(Watch("W19/other"));
        await VersionsAsync("W19/elsewhere", 3);
        await watch.SendAsync(Progress());
        var progress = await watch.NextAsync();
        Assert.Equal((-1, pair.Revision, 0), (progress.WatchId, progress.Header.Revision, progress.Events.Count));
        Assert.False(progress.Created || progress.Canceled);
    }

    [Fact]
    public async Task W20_progress_request_without_watches_has_no_answer()
    {
        await using var watch = WatchPair.Open(pair);
        await watch.SendAsync(Progress());
        await OnlyTheNextEventFollowsAsync(watch, "W20");
        await watch.SendAsync(Cancel(0));
        await watch.NextAsync();
        await watch.SendAsync(Progress());
        await OnlyTheNextEventFollowsAsync(watch, "W20");
    }

    [Fact]
    public async Task W21_progress_request_has_no_answer_while_a_watch_waits_for_the_future()
    {
        await using var watch = await WatchPair.OpenSinceAsync(pair, ProgressAndStartRelease);
        await watch.CreateAsync(Watch("W21/future", from: pair.Revision + 3));
        await watch.SendAsync(Progress());
        await OnlyTheNextEventFollowsAsync(watch, "W21");
        await VersionsAsync("W21/elsewhere", 3);
        await watch.SendAsync(Progress());
        Assert.Equal(-1, (await watch.NextAsync()).WatchId);
    }

    [Fact]
    public async Task W22_progress_never_runs_ahead_of_events()
    {
        const int Count = 400;
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W22"));
        await watch.SendAsync(Progress());
        Assert.Equal(-1, (await watch.NextAsync()).WatchId);
        long first = pair.Revision;
        var writing = VersionsAsync("W22", Count);
        while (!writing.IsCompleted)
        {
            await watch.SendAsync(Progress());
        }

        await writing;
        var (_, responses) = await watch.UntilAsync(
            response => response.Events.Any(change => change.Kv.ModRevision == first + Count));
        long seen = first;
        foreach (var response in responses)
        {
            foreach (var change in response.Events)
            {
                Assert.Equal(++seen, change.Kv.ModRevision);
            }

            Assert.InRange(response.Header.Revision, first, seen);
        }
    }

    private async Task VersionsAsync(string key, int count)
    {
        for (int version = 0; version < count; version++)
        {
            await pair.PutAsync(key, $"v{version}");
        }
    }

    /// <summary>Creates a watch and writes a key: nothing else comes than the answer and the event.</summary>
    private async Task OnlyTheNextEventFollowsAsync(WatchPair watch, string key)
    {
        var created = await watch.CreateAsync(Watch(key));
        await pair.PutAsync(key, "v");
        var response = await watch.NextAsync();
        Assert.Equal((created.WatchId, pair.Revision), (response.WatchId, response.Events[0].Kv.ModRevision));
    }
}
