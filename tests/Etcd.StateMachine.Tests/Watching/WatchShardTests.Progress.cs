using Etcd.StateMachine.Watching;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <content>Responses without events.</content>
public sealed partial class WatchShardTests
{
    [Fact]
    public void Progress_request_is_answered_when_all_is_delivered()
    {
        RequestProgress();
        Create("a");
        RequestProgress();
        Write("b");
        RequestProgress();

        Assert.Equal(["created 0 @1", "-1 @1", "-1 @2"], Drain());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void Progress_request_is_not_answered_while_a_watch_is_behind_or_in_the_future(long start)
    {
        Write("a");
        Create("b");
        Create("a", start: start);
        Drain();

        RequestProgress();
        CatchUp();

        Assert.DoesNotContain(Drain(), static text => text.StartsWith("-1", StringComparison.Ordinal));
        RequestProgress();
        Assert.Equal(start == 2 ? ["-1 @2"] : [], Drain());
    }

    [Fact]
    public void Progress_request_is_not_answered_after_a_compacted_start()
    {
        Write("a");
        Write("a");
        _store.Compact(3);
        Create("b");
        Create("a", start: 2);
        Drain();

        RequestProgress();
        Assert.Empty(Drain());

        Cancel(1);
        RequestProgress();
        Assert.Equal(["canceled 1 @3", "-1 @3"], Drain());
    }

    [Fact]
    public void Progress_answer_is_never_older_than_what_was_visible()
    {
        Create("a");
        Drain();
        _store.Apply("v2", "a");
        _store.Apply("v3", "a");

        RequestProgress();
        Assert.Empty(Drain());
        _shard.Publish(_store.NextBatch(1)!);
        Assert.Equal(["0 @2 a=v2"], Drain());
        _shard.Publish(_store.NextBatch(1)!);
        Assert.Equal(["0 @3 a=v3", "-1 @3"], Drain());
    }

    [Fact]
    public void Idle_watch_is_notified_each_interval_and_a_busy_one_is_not()
    {
        Create("a", progress: true);
        Create("b");
        Drain();

        _shard.Tick(999);
        Assert.Empty(Drain());
        _shard.Tick(1000);
        Assert.Equal(["0 @1"], Drain());
        Write("a");
        Drain();
        _shard.Tick(2000);
        Assert.Empty(Drain());
        _shard.Tick(2999);
        Assert.Empty(Drain());
        _shard.Tick(3000);
        Assert.Equal(["0 @2"], Drain());
    }

    [Fact]
    public void Future_watch_gets_no_notification()
    {
        Create("a", start: 9, progress: true);
        Drain();

        _shard.Tick(1000);
        _shard.Tick(5000);

        Assert.Empty(Drain());
    }
}
