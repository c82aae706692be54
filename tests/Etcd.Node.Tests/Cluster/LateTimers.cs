namespace Etcd.Node.Tests.Cluster;

/// <summary>A clock on which a timer takes a while to make, so that whatever runs beside the caller gets ahead of it,
/// and on which nothing due in five seconds or later ever happens.</summary>
internal sealed class LateTimers : TimeProvider
{
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Making = TimeSpan.FromMilliseconds(100);
    private static readonly ManualResetEventSlim NeverSet = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _ = NeverSet.Wait(Making);
        return base.CreateTimer(callback, state, dueTime < Never ? dueTime : Timeout.InfiniteTimeSpan, period);
    }
}
