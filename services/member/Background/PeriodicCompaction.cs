namespace Etcd.Member.Background;

/// <summary>
/// Decides what periodic compaction removes: the revision that was current a period and a sample ago (etcd's
/// <c>v3compactor/periodic.go</c>). Pure; used by one task.
/// </summary>
/// <remarks>
/// Samples come every tenth of min(period, 1 h); the window holds those of one period. The first compaction comes
/// after a whole period, the next ones each min(period, 1 h); a failed one is tried again at the next sample.
/// </remarks>
internal sealed class PeriodicCompaction
{
    private const int SamplesPerInterval = 10;
    private static readonly TimeSpan MaxInterval = TimeSpan.FromHours(1);

    private readonly Queue<long> _samples = new();
    private readonly int _window;
    private readonly TimeSpan _interval;
    private TimeSpan _wait;
    private TimeSpan _last;

    /// <summary>Creates it.</summary>
    /// <param name="period">Age that is kept; above zero.</param>
    /// <param name="now">Time since any fixed moment.</param>
    public PeriodicCompaction(TimeSpan period, TimeSpan now)
    {
        _interval = period < MaxInterval ? period : MaxInterval;
        SampleInterval = _interval / SamplesPerInterval;
        _window = (int)(period / SampleInterval) + 1;
        _wait = period;
        _last = now;
    }

    /// <summary>Time between samples.</summary>
    public TimeSpan SampleInterval { get; }

    /// <summary>Takes a sample.</summary>
    public void Sample(long revision)
    {
        _samples.Enqueue(revision);
        if (_samples.Count > _window)
        {
            _samples.Dequeue();
        }
    }

    /// <summary>The revision to compact to now; null while it is not time.</summary>
    public long? Due(TimeSpan now) => now - _last < _wait ? null : _samples.Peek();

    /// <summary>The compaction that was due is done.</summary>
    public void Completed(TimeSpan now)
    {
        _last = now;
        _wait = _interval;
    }
}
