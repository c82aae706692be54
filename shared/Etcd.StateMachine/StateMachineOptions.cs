using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;

namespace Etcd.StateMachine;

/// <summary>Limits of the replicated state. All but the cache and the quota must be equal on every member.</summary>
public sealed record StateMachineOptions
{
    /// <summary>Lowest TTL that a lease gets, in seconds (etcd: ceil(3 × election ticks / 2 × heartbeat)).</summary>
    public long MinLeaseTtlSeconds { get; init; } = 2;

    /// <summary>True when lease checkpoints are written to the engine, so that they survive a restart.</summary>
    public bool PersistLeaseCheckpoints { get; init; }

    /// <summary>Learners that the cluster may have at a time.</summary>
    public int MaxLearners { get; init; } = MembershipState.DefaultMaxLearners;

    /// <summary>Bytes of the engine above which puts answer NOSPACE; 0 or less for no quota. Checked against this
    /// member's engine, so it decides answers and alarms, never the state.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>Bytes of key-values that the value cache keeps. 64 MiB holds the working set of a cluster whose hot
    /// keys fit in memory, at a cost that is small beside the index's.</summary>
    public long ValueCacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Where operations are counted; here, so that a state that replaces another counts on.</summary>
    public OperationCounts Counts { get; init; } = new();
}
