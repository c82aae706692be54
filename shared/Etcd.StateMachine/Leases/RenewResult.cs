namespace Etcd.StateMachine.Leases;

/// <summary>Answer of <see cref="Lessor.Renew"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="TtlSeconds">The full time to live when renewed, else 0.</param>
public readonly record struct RenewResult(RenewOutcome Outcome, long TtlSeconds);
