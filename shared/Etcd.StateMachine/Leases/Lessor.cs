namespace Etcd.StateMachine.Leases;

/// <summary>
/// Decides on the leader when leases expire. Owned by the apply loop, like the <see cref="LeaseSet"/> it looks after;
/// not thread-safe. All times are milliseconds of one monotonic clock that the caller reads and that never goes back.
/// </summary>
/// <remarks>
/// A lease counts from the moment the owner tells of its grant or renewal, which is never before it happened, so no
/// lease expires early. Expiry only reports: the lease exists until its revocation is applied, and from the report on
/// it cannot be renewed. Times are kept in a queue with one counting entry for each lease; a renewal moves the expiry
/// and leaves the entry, which moves itself when its time comes, so that a renewal costs nothing.
/// </remarks>
public sealed class Lessor : ILeaseObserver
{
    /// <summary>Interval in which the owner asks for expired leases and checkpoints that are due.</summary>
    public const int TickMilliseconds = 500;

    /// <summary>Most checkpoints in one proposal (etcd's limit of an entry).</summary>
    public const int MaxCheckpointBatch = 1000;

    private const long MillisecondsPerSecond = 1000;

    // Entries that no longer count are tolerated up to this many, then the queue is rebuilt.
    private const int StaleEntryAllowance = 1024;

    private readonly LeaseSet _leases;
    private readonly LessorOptions _options;
    private readonly PriorityQueue<Lease, (long Milliseconds, long LeaseId)> _expiries = new();
    private readonly PriorityQueue<Lease, (long Milliseconds, long LeaseId)> _checkpoints = new();
    private readonly List<Lease> _granted = [];
    private readonly List<Lease> _checkpointed = [];
    private long _paceStartMilliseconds = long.MinValue;
    private int _pacedCount;

    /// <summary>Creates a lessor that is not primary.</summary>
    public Lessor(LeaseSet leases, LessorOptions options)
    {
        ArgumentNullException.ThrowIfNull(leases);
        ArgumentNullException.ThrowIfNull(options);
        _leases = leases;
        _options = options;
        leases.Observer = this;
    }

    /// <summary>True between promotion and demotion.</summary>
    public bool IsPrimary { get; private set; }

    /// <summary>Takes over the expiry of all leases, after everything of earlier terms is applied.</summary>
    /// <param name="nowMilliseconds">The clock.</param>
    /// <param name="extendMilliseconds">Added to every lease: the election timeout, in which nobody could renew.</param>
    public void Promote(long nowMilliseconds, long extendMilliseconds)
    {
        Reset();
        IsPrimary = true;
        Lease[] byExpiry = new Lease[_leases.Count];
        int count = 0;
        foreach (Lease lease in _leases.All)
        {
            lease.ExpiryMilliseconds =
                nowMilliseconds + extendMilliseconds + (lease.SecondsAfterPromotion * MillisecondsPerSecond);
            byExpiry[count++] = lease;
        }

        Array.Sort(byExpiry, CompareByExpiry);
        if (byExpiry.Length >= _options.RevokesPerSecond)
        {
            Spread(byExpiry, nowMilliseconds);
        }

        foreach (Lease lease in byExpiry)
        {
            Enqueue(lease, lease.ExpiryMilliseconds);
            ScheduleCheckpoint(lease, nowMilliseconds);
        }
    }

    /// <summary>Gives up expiry: leases live until another leader, or this one again, counts them.</summary>
    public void Demote()
    {
        Reset();
        IsPrimary = false;
        foreach (Lease lease in _leases.All)
        {
            lease.ExpiryMilliseconds = Lease.Never;
        }
    }

    /// <summary>
    /// Starts the time of leases granted since the last call. Call it after applying entries; every other call with a
    /// time does it too. O(number of those leases).
    /// </summary>
    public void AfterApply(long nowMilliseconds)
    {
        foreach (Lease lease in _granted)
        {
            lease.ExpiryMilliseconds = nowMilliseconds + (lease.GrantedTtlSeconds * MillisecondsPerSecond);
            if (!lease.IsRevoked)
            {
                Enqueue(lease, lease.ExpiryMilliseconds);
                ScheduleCheckpoint(lease, nowMilliseconds);
            }
        }

        _granted.Clear();
        foreach (Lease lease in _checkpointed)
        {
            ScheduleCheckpoint(lease, nowMilliseconds);
        }

        _checkpointed.Clear();
    }

    /// <summary>Gives a lease its full time again. The caller has confirmed its leadership and applied everything
    /// committed before the call.</summary>
    public RenewResult Renew(long id, long nowMilliseconds)
    {
        if (!IsPrimary)
        {
            return new RenewResult(RenewOutcome.NotPrimary, 0);
        }

        AfterApply(nowMilliseconds);
        if (_leases.Find(id) is not { } lease)
        {
            return new RenewResult(RenewOutcome.NotFound, 0);
        }

        if (lease.ExpiryMilliseconds <= nowMilliseconds)
        {
            return new RenewResult(RenewOutcome.Expired, 0);
        }

        if (lease.RemainingTtlSeconds > 0)
        {
            // Also where checkpoints are off: the next leader would count from what an earlier one recorded.
            return new RenewResult(RenewOutcome.NeedsCheckpointReset, 0);
        }

        lease.ExpiryMilliseconds = nowMilliseconds + (lease.GrantedTtlSeconds * MillisecondsPerSecond);
        if (lease.ExpiryMilliseconds < lease.QueuedMilliseconds)
        {
            // A promotion had put the expiry further away than a full time to live.
            Enqueue(lease, lease.ExpiryMilliseconds);
        }

        return new RenewResult(RenewOutcome.Renewed, lease.GrantedTtlSeconds);
    }

    /// <summary>How long a lease has left; null when this member does not lead and another one must be asked.</summary>
    public LeaseTime? TimeToLive(long id, long nowMilliseconds)
    {
        if (!IsPrimary)
        {
            return null;
        }

        AfterApply(nowMilliseconds);
        return _leases.Find(id) is { } lease && lease.ExpiryMilliseconds > nowMilliseconds
            ? new LeaseTime(
                (lease.ExpiryMilliseconds - nowMilliseconds) / MillisecondsPerSecond,
                lease.GrantedTtlSeconds)
            : LeaseTime.Gone;
    }

    /// <summary>All lease ids, those with the least time left first; by id where nobody counts. O(n log n).</summary>
    public long[] ListByRemaining(long nowMilliseconds)
    {
        AfterApply(nowMilliseconds);
        Lease[] leases = [.. _leases.All];
        Array.Sort(leases, CompareByExpiry);
        return Array.ConvertAll(leases, static lease => lease.Id);
    }

    /// <summary>
    /// Reports leases that have expired, earliest first, each at most once within the retry time, so that they can be
    /// revoked through the log. Within any tick at most half of <see cref="LessorOptions.RevokesPerSecond"/> are
    /// reported.
    /// </summary>
    /// <param name="nowMilliseconds">The clock.</param>
    /// <param name="expired">Takes the ids; not cleared.</param>
    /// <returns>Number of ids added.</returns>
    public int CollectExpired(long nowMilliseconds, ICollection<long> expired)
    {
        ArgumentNullException.ThrowIfNull(expired);
        if (!IsPrimary)
        {
            return 0;
        }

        AfterApply(nowMilliseconds);
        int limit = PaceLimit(nowMilliseconds);
        int count = 0;
        while (count < limit
            && _expiries.TryPeek(out Lease? lease, out (long Milliseconds, long LeaseId) entry)
            && entry.Milliseconds <= nowMilliseconds)
        {
            _expiries.Dequeue();
            if (lease.IsRevoked || entry.Milliseconds != lease.QueuedMilliseconds)
            {
                continue;
            }

            if (lease.ExpiryMilliseconds > nowMilliseconds)
            {
                Enqueue(lease, lease.ExpiryMilliseconds);
                continue;
            }

            expired.Add(lease.Id);
            count++;
            Enqueue(lease, nowMilliseconds + _options.ExpiredRetryMilliseconds);
        }

        _pacedCount += count;
        return count;
    }

    /// <summary>
    /// Reports remaining times to record, at most <see cref="MaxCheckpointBatch"/>: each lease whose time to live is
    /// longer than the interval, once in every interval in which it lost time.
    /// </summary>
    /// <param name="nowMilliseconds">The clock.</param>
    /// <param name="due">Takes the checkpoints; not cleared.</param>
    /// <returns>Number of checkpoints added; the maximum means that more may be due.</returns>
    public int CollectCheckpoints(long nowMilliseconds, ICollection<LeaseCheckpoint> due)
    {
        ArgumentNullException.ThrowIfNull(due);
        if (!IsPrimary || !_options.CheckpointsEnabled)
        {
            return 0;
        }

        AfterApply(nowMilliseconds);
        int count = 0;
        while (count < MaxCheckpointBatch
            && _checkpoints.TryPeek(out Lease? lease, out (long Milliseconds, long LeaseId) entry)
            && entry.Milliseconds <= nowMilliseconds)
        {
            _checkpoints.Dequeue();
            if (lease.IsRevoked || entry.Milliseconds != lease.CheckpointMilliseconds
                || lease.ExpiryMilliseconds <= nowMilliseconds)
            {
                continue;
            }

            ScheduleCheckpoint(lease, nowMilliseconds);
            long leftMilliseconds = lease.ExpiryMilliseconds - nowMilliseconds;
            long leftSeconds = (leftMilliseconds + MillisecondsPerSecond - 1) / MillisecondsPerSecond;
            if (leftSeconds < lease.GrantedTtlSeconds)
            {
                due.Add(new LeaseCheckpoint(lease.Id, leftSeconds));
                count++;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    void ILeaseObserver.OnGranted(Lease lease)
    {
        if (IsPrimary)
        {
            _granted.Add(lease);
        }
    }

    /// <inheritdoc/>
    void ILeaseObserver.OnCheckpointed(Lease lease)
    {
        if (IsPrimary && _options.CheckpointsEnabled)
        {
            _checkpointed.Add(lease);
        }
    }

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

    private int PaceLimit(long nowMilliseconds)
    {
        if (_paceStartMilliseconds == long.MinValue || nowMilliseconds - _paceStartMilliseconds >= TickMilliseconds)
        {
            _paceStartMilliseconds = nowMilliseconds;
            _pacedCount = 0;
        }

        return Math.Max(1, _options.RevokesPerSecond / 2) - _pacedCount;
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
        _paceStartMilliseconds = long.MinValue;
        _pacedCount = 0;
        foreach (Lease lease in _leases.All)
        {
            lease.QueuedMilliseconds = Lease.Never;
            lease.CheckpointMilliseconds = Lease.Never;
        }
    }
}
