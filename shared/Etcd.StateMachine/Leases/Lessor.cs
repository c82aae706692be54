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
public sealed partial class Lessor : ILeaseObserver
{
    /// <summary>Interval in which the owner asks for expired leases and checkpoints that are due.</summary>
    public const int TickMilliseconds = 500;

    /// <summary>Most checkpoints in one proposal (etcd's limit of an entry).</summary>
    public const int MaxCheckpointBatch = 1000;

    private const long MillisecondsPerSecond = 1000;

    private readonly LeaseSet _leases;
    private readonly LessorOptions _options;
    private readonly List<Lease> _granted = [];
    private readonly List<Lease> _checkpointed = [];

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
    /// <param name="extendMilliseconds">Added to every lease: the election timeout, as nobody could renew then.</param>
    public void Promote(long nowMilliseconds, long extendMilliseconds)
    {
        Reset();
        IsPrimary = true;
        Lease[] byExpiry = new Lease[_leases.Count];
        int count = 0;
        foreach (Lease lease in _leases.All)
        {
            lease.IsCheckpointProposed = false;
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

        if (lease.RemainingTtlSeconds > 0 || lease.IsCheckpointProposed)
        {
            // Differs from etcd: a checkpoint on its way counts too, or it would be applied after the renewal and the
            // next leader would end the lease early. The reset comes after it in the log.
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
    /// revoked through the log. At most half of <see cref="LessorOptions.RevokesPerSecond"/> are reported at once, and
    /// that many in the time of a tick, whenever ticks come.
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

        _paceCredit -= (long)count * TickMilliseconds;
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
                lease.IsCheckpointProposed = true;
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
        lease.IsCheckpointProposed = false;
        if (IsPrimary && _options.CheckpointsEnabled)
        {
            _checkpointed.Add(lease);
        }
    }
}
