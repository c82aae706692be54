namespace Etcd.StateMachine.Leases;

/// <summary>How long a lease has left.</summary>
/// <param name="TtlSeconds">Whole seconds, rounded down; -1 when the lease does not exist or has expired.</param>
/// <param name="GrantedTtlSeconds">The full time to live; 0 when the lease does not exist or has expired.</param>
public readonly record struct LeaseTime(long TtlSeconds, long GrantedTtlSeconds)
{
    /// <summary>A lease that does not exist or has expired.</summary>
    public static LeaseTime Gone => new(-1, 0);
}
