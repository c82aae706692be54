namespace Etcd.Node.Consensus;

/// <summary>The end of one linearizable read request.</summary>
/// <param name="Token">What the caller gave.</param>
/// <param name="Index">Index that must be applied before the read; 0 on failure.</param>
/// <param name="Failure">Why there is no index.</param>
public readonly record struct ReadOutcome(ulong Token, ulong Index, ReadFailure Failure);
