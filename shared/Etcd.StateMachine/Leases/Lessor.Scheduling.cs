namespace Etcd.StateMachine.Leases;

/// <content>When things are due: the queues, the pace of reports and the spreading after a promotion.</content>
public sealed partial class Lessor
{
    // Entries that no longer count are tolerated up to this many, then the queue is rebuilt.
    private const int StaleEntryAllowance = 1024;

    private readonly PriorityQueue<Lease, (long Milliseconds, long LeaseId)> _expiries = new();
    private readonly PriorityQueue<Lease, (long Milliseconds, long LeaseId)> _checkpoints = new();
    private long _pacedMilliseconds = long.MinValue;

    // Leases that may be reported, times the milliseconds of a tick.
    private long _paceCredit;

    private static int CompareByExpiry(Lease left, Lease right)
    {
        int order = left.ExpiryMilliseconds.CompareTo(right.ExpiryMilliseconds);
        return order != 0 ? order : left.Id.CompareTo(right.Id);
    }

    /// <summary>
    /// Pushes leases apart that expire together, as they do after a failover that reset them all: at most three
    /// quarters of the revocations of a second fall into one, so that those of later leases still fit (etcd's
    /// <c>lessor.Promote</c>). Differs from etcd: a window reaches to the last place it gave away, because with etcd's
    /// shorter one leases that expire a little apart start new windows and are not pushed at all.
    /// </summary>
    /// <param name="byExpiry">All leases, ascending by expiry; later expiries are set in place.</param>
    /// <param name="nowMilliseconds">The clock.</param>
    private void Spread(Lease[] byExpiry, long nowMilliseconds)
    {
        long target = Math.Max(1, 3 * _options.RevokesPerSecond / 4);
        long windowStart = byExpiry[0].ExpiryMilliseconds - nowMilliseconds;
        long windowEnd = windowStart + MillisecondsPerSecond;
        long expiries = 0;
        foreach (Lease lease in byExpiry)
        {
            long remaining = lease.ExpiryMilliseconds - nowMilliseconds;
            if (remaining > windowEnd)
            {
                windowStart = remaining;
                windowEnd = windowStart + MillisecondsPerSecond;
                expiries = 1;
                continue;
            }

            expiries++;
            if (expiries <= target)
            {
                continue;
            }

            // The n-th lease of the window expires n/target seconds after its start, but never earlier than due.
            windowEnd = Math.Max(remaining, windowStart + (MillisecondsPerSecond * expiries / target));
            lease.ExpiryMilliseconds = nowMilliseconds + windowEnd;
        }
    }

    /// <summary>How many leases may be reported now: what has accrued since the last call, at most what falls to a
    /// tick. What a late tick leaves is the next one's, so that ticks that are not punctual lose nothing of the pace.
    /// </summary>
    private int PaceLimit(long nowMilliseconds)
    {
        int perTick = Math.Max(1, _options.RevokesPerSecond / 2);
        long ofTick = (long)perTick * TickMilliseconds;
        _paceCredit = _pacedMilliseconds == long.MinValue
            ? ofTick
            : Math.Min(2 * ofTick, _paceCredit + ((nowMilliseconds - _pacedMilliseconds) * perTick));
        _pacedMilliseconds = nowMilliseconds;
        return (int)Math.Min(perTick, _paceCredit / TickMilliseconds);
    }

    private void Enqueue(Lease lease, long milliseconds)
    {
        lease.QueuedMilliseconds = milliseconds;
        _expiries.Enqueue(lease, (milliseconds, lease.Id));
        if (_expiries.Count > (2 * _leases.Count) + StaleEntryAllowance)
        {
            _expiries.Clear();
            foreach (Lease living in _leases.All)
            {
                if (living.QueuedMilliseconds != Lease.Never)
                {
                    _expiries.Enqueue(living, (living.QueuedMilliseconds, living.Id));
                }
            }
        }
    }

    private void ScheduleCheckpoint(Lease lease, long nowMilliseconds)
    {
        long interval = _options.CheckpointIntervalMilliseconds;
        if (!_options.CheckpointsEnabled || lease.SecondsAfterPromotion <= interval / MillisecondsPerSecond)
        {
            return;
        }

        lease.CheckpointMilliseconds = nowMilliseconds + interval;
        _checkpoints.Enqueue(lease, (lease.CheckpointMilliseconds, lease.Id));
        if (_checkpoints.Count > (2 * _leases.Count) + StaleEntryAllowance)
        {
            _checkpoints.Clear();
            foreach (Lease living in _leases.All)
            {
                if (living.CheckpointMilliseconds != Lease.Never)
                {
                    _checkpoints.Enqueue(living, (living.CheckpointMilliseconds, living.Id));
                }
            }
        }
    }

    private void Reset()
    {
        _expiries.Clear();
        _checkpoints.Clear();
        _granted.Clear();
        _checkpointed.Clear();
        _pacedMilliseconds = long.MinValue;
        foreach (Lease lease in _leases.All)
        {
            lease.QueuedMilliseconds = Lease.Never;
            lease.CheckpointMilliseconds = Lease.Never;
        }
    }
}
