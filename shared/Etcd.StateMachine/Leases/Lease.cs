namespace Etcd.StateMachine.Leases;

/// <summary>
/// One granted lease. Owned by the apply loop; not thread-safe. The replicated part is <see cref="Id"/>,
/// <see cref="GrantedTtlSeconds"/>, <see cref="RemainingTtlSeconds"/> and the attached keys; the times belong to the
/// <see cref="Lessor"/> of the leader.
/// </summary>
public sealed class Lease
{
    /// <summary>The time of something that is not scheduled.</summary>
    internal const long Never = long.MaxValue;

    internal Lease(long id, long grantedTtlSeconds, long remainingTtlSeconds)
    {
        Id = id;
        GrantedTtlSeconds = grantedTtlSeconds;
        RemainingTtlSeconds = remainingTtlSeconds;
    }

    /// <summary>Lease id, not 0; may be negative.</summary>
    public long Id { get; }

    /// <summary>Effective time to live, in seconds, at least the minimum.</summary>
    public long GrantedTtlSeconds { get; }

    /// <summary>Seconds left at the last checkpoint; 0 when there was none since the last renewal.</summary>
    public long RemainingTtlSeconds { get; internal set; }

    /// <summary>Number of attached keys.</summary>
    public int KeyCount => Keys?.Count ?? 0;

    /// <summary>Attached keys; null while there never was one, as with most leases just granted.</summary>
    internal HashSet<byte[]>? Keys { get; set; }

    /// <summary>True once the lease is revoked; what still refers to it drops it.</summary>
    internal bool IsRevoked { get; set; }

    /// <summary>Monotonic time of expiry; <see cref="Never"/> on followers.</summary>
    internal long ExpiryMilliseconds { get; set; } = Never;

    /// <summary>Time of the one entry of the expiry queue that counts; <see cref="Never"/> without one.</summary>
    internal long QueuedMilliseconds { get; set; } = Never;

    /// <summary>Time of the one entry of the checkpoint queue that counts; <see cref="Never"/> without one.</summary>
    internal long CheckpointMilliseconds { get; set; } = Never;

    /// <summary>True while a checkpoint is proposed and not yet applied; known to the leader only.</summary>
    internal bool IsCheckpointProposed { get; set; }

    /// <summary>Seconds that a new leader counts from: those of the checkpoint, else the full time.</summary>
    internal long SecondsAfterPromotion => RemainingTtlSeconds > 0 ? RemainingTtlSeconds : GrantedTtlSeconds;
}
