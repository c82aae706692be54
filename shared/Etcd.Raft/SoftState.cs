namespace Etcd.Raft;

/// <summary>Volatile state worth telling and logging when it changes.</summary>
/// <param name="LeaderId">Who leads the current term; 0 while unknown.</param>
/// <param name="Role">This member's part.</param>
public readonly record struct SoftState(ulong LeaderId, RaftRole Role);
