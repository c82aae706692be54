using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Progress notifications by interval, item by item.</summary>
public sealed class WatchProgressTableTests(WatchProgressTableTests.FrequentPair fixture)
    : IClassFixture<WatchProgressTableTests.FrequentPair>
{
    [Fact]
    public async Task W23_idle_watch_is_told_the_revision_under_its_own_id()
    {
        var pair = fixture.Pair;
        await pair.PutAsync("W23/elsewhere", "v");
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("W23", "", create => create.ProgressNotify = true));
        await watch.CreateAsync(Watch("W23/silent"));
        for (int round = 1; round <= 2; round++)
        {
            var notified = await watch.NextAsync();
            Assert.Equal((0, pair.Revision, 0), (notified.WatchId, notified.Header.Revision, notified.Events.Count));
            Assert.False(notified.Created || notified.Canceled);
        }
    }

    [Fact]
    public async Task W24_watch_of_the_future_is_told_nothing_until_its_start()
    {
        var pair = fixture.Pair;
        await using var watch = await WatchPair.OpenSinceAsync(pair, new Version(3, 5, 30));
        long start = pair.Revision + 2;
        await watch.CreateAsync(
            Watch("W24", "", create => (create.ProgressNotify, create.StartRevision) = (true, start)));
        await watch.CreateAsync(Watch("W24/now", "", create => create.ProgressNotify = true));
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(1, (await watch.NextAsync()).WatchId);
        }

        await pair.PutAsync("W24", "before the start");
        await pair.PutAsync("W24", "at the start");
        var events = await watch.EventsAsync(1);
        Assert.Equal(start, events[0].Kv.ModRevision);
    }

    /// <summary>A pair that notifies each second.</summary>
    public sealed class FrequentPair : IAsyncLifetime
    {
        internal Pair Pair { get; } = new("--experimental-watch-progress-notify-interval=1s");

        public Task InitializeAsync() => Pair.InitializeAsync();

        public async Task DisposeAsync() => await Pair.DisposeAsync();
    }
}
