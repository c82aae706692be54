using Etcd.StateMachine.Watching;

namespace Etcd.Benchmarks.Micro;

/// <summary>A watch stream whose client reads everything at once. Used by one thread.</summary>
internal sealed class CreditSink : IWatchSink
{
    private long _unreturnedBytes;
    private int _events;

    /// <summary>Gives the credit of what was read back; set before the first event.</summary>
    public Action<long>? Return { get; set; }

    /// <inheritdoc/>
    public bool TrySend(in WatchMessage message)
    {
        _unreturnedBytes += message.SizeBytes;
        _events += message.Body.EventCount;
        return true;
    }

    /// <summary>Ends a run.</summary>
    /// <exception cref="InvalidOperationException">Not all expected events have come.</exception>
    public void Settle(int expectedEvents)
    {
        if (_events != expectedEvents)
        {
            throw new InvalidOperationException($"a stream got {_events} of {expectedEvents} events");
        }

        Return!(_unreturnedBytes); // The owner sets it before the first run.
        _unreturnedBytes = 0;
        _events = 0;
    }
}
