using System.Diagnostics;
using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Load;

/// <summary>
/// Starts calls at a fixed rate, whatever the server does. When all callers are busy the calls that fall due wait, and
/// their latency counts from when they were due, so a stall shows in full. On one loop's thread.
/// </summary>
internal sealed class Pacer : ILoopTask
{
    private readonly LoadLoop _loop;
    private readonly double _intervalTicks;
    private readonly Stack<UnaryCaller> _ready = [];
    private double _nextDue;
    private long _end = long.MaxValue;

    /// <param name="loop">Where the callers run.</param>
    /// <param name="callsPerSecond">The rate.</param>
    public Pacer(LoadLoop loop, double callsPerSecond)
    {
        _loop = loop;
        _intervalTicks = Stopwatch.Frequency / callsPerSecond;
        _nextDue = Stopwatch.GetTimestamp();
    }

    private bool Ended => _loop.Stopping || _nextDue > Volatile.Read(ref _end);

    /// <summary>From now on no call falls due; those that fell due before are still made. Thread-safe.</summary>
    public void End() => Volatile.Write(ref _end, Stopwatch.GetTimestamp());

    /// <summary>A caller waits for its turn.</summary>
    public void Ready(UnaryCaller caller)
    {
        if (!Ended && _nextDue <= _loop.Now)
        {
            CallNext(caller);
        }
        else
        {
            _ready.Push(caller);
        }
    }

    /// <inheritdoc/>
    public long Tick(long now)
    {
        while (!Ended && _nextDue <= now && _ready.TryPop(out UnaryCaller? caller))
        {
            CallNext(caller);
        }

        while (Ended && _ready.TryPop(out _))
        {
            _loop.CallerEnded();
        }

        return _ready.Count > 0 ? (long)_nextDue : long.MaxValue;
    }

    private void CallNext(UnaryCaller caller)
    {
        double due = _nextDue;
        _nextDue += _intervalTicks;
        caller.CallDueAt((long)due);
    }
}
