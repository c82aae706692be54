namespace Etcd.StateMachine.Leases;

/// <summary>A remaining time to record through the log.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="RemainingSeconds">Seconds left, rounded up.</param>
public readonly record struct LeaseCheckpoint(long LeaseId, long RemainingSeconds);
