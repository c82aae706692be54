namespace Etcd.Benchmarks.Workloads;

/// <summary>How far the watchers of a measurement are. Thread-safe.</summary>
internal sealed class WatchBoard
{
    private long _created;
    private long _delivered;

    /// <summary>Watches that the server confirmed.</summary>
    public long CreatedCount => Volatile.Read(ref _created);

    /// <summary>Events that arrived, over all watches.</summary>
    public long DeliveredCount => Volatile.Read(ref _delivered);

    public void Created() => Interlocked.Increment(ref _created);

    public void Delivered(int events) => Interlocked.Add(ref _delivered, events);
}
