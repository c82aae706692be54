namespace Etcd.StateMachine.Leases;

/// <summary>Settings of the leader's lease timing.</summary>
public sealed record LessorOptions
{
    /// <summary>True when remaining times are checkpointed (<c>--experimental-enable-lease-checkpoint</c>).</summary>
    public bool CheckpointsEnabled { get; init; }

    /// <summary>Time between checkpoints of one lease. Etcd's 5 minutes: at most that much of a long lease's age is
    /// lost with a leader.</summary>
    public long CheckpointIntervalMilliseconds { get; init; } = 5 * 60 * 1000;

    /// <summary>When an expired lease that still exists is reported again. Etcd's 3 seconds: longer than a proposal
    /// usually takes, short enough that a lost one is repeated soon.</summary>
    public long ExpiredRetryMilliseconds { get; init; } = 3000;

    /// <summary>Leases reported as expired within one second. Etcd's 1000: a burst of revocations must not crowd out
    /// the clients' own proposals.</summary>
    public int RevokesPerSecond { get; init; } = 1000;
}
