namespace Etcd.Simulator.World;

/// <summary>What happens next, in virtual time. Things of the same moment happen in the order they were planned.
/// </summary>
internal sealed class Scheduler
{
    public const long Millisecond = 1_000;
    public const long Second = 1_000_000;

    private readonly PriorityQueue<Action, (long Time, long Order)> _queue = new();
    private long _order;

    /// <summary>Virtual microseconds since the start of the run.</summary>
    public long Now { get; private set; }

    /// <summary>Things that have happened.</summary>
    public long Steps { get; private set; }

    public void After(long delayMicroseconds, Action action) =>
        _queue.Enqueue(action, (Now + Math.Max(0, delayMicroseconds), _order++));

    /// <summary>Lets everything happen up to a moment, or until a condition holds; false when the time ran out.
    /// </summary>
    public bool RunUntil(long time, Func<bool>? condition = null)
    {
        while (_queue.TryPeek(out _, out (long Time, long Order) next) && next.Time <= time)
        {
            Action action = _queue.Dequeue();
            Now = next.Time;
            Steps++;
            action();
            if (condition is not null && condition())
            {
                return true;
            }
        }

        Now = Math.Max(Now, time);
        return condition is null || condition();
    }
}
