namespace Etcd.Node.Tests.Cluster;

/// <summary>A clock that stands still but for its timers: one that is set fires at once, and by the clock as much later
/// than it was due as it is told. Used by one thread.</summary>
/// <param name="lateness">How late a timer is.</param>
internal sealed class TimersAtOnce(TimeSpan lateness) : TimeProvider
{
    private readonly TimeSpan _lateness = lateness;
    private readonly List<TimeSpan> _due = [];
    private long _now = 1;

    /// <summary>What the timers were set to.</summary>
    public IReadOnlyList<TimeSpan> Due => _due;

    /// <summary>What the clock has gone forward.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now - 1);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, () => callback(state));

    private sealed class Timer(TimersAtOnce clock, Action fire) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._due.Add(dueTime);
            clock._now += (dueTime + clock._lateness).Ticks;
            fire();
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
