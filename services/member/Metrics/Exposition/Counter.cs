namespace Etcd.Member.Metrics.Exposition;

/// <summary>A number that grows, or a gauge that is set. Thread-safe, without locks.</summary>
internal sealed class Counter
{
    private long _value;

    /// <summary>Current value.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds one.</summary>
    public void Increment() => Interlocked.Increment(ref _value);

    /// <summary>Takes one away; for gauges.</summary>
    public void Decrement() => Interlocked.Decrement(ref _value);

    /// <summary>Adds.</summary>
    public void Add(long amount) => Interlocked.Add(ref _value, amount);

    /// <summary>Replaces the value; for gauges.</summary>
    public void Set(long value) => Interlocked.Exchange(ref _value, value);
}
