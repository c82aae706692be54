namespace Etcd.Raft;

/// <summary>One operation of a <see cref="ConfChangeV2"/> (<c>raftpb.ConfChangeSingle</c>).</summary>
/// <param name="Type">What to do.</param>
/// <param name="NodeId">To whom; 0 makes the operation void.</param>
public readonly record struct ConfChangeSingle(ConfChangeType Type, ulong NodeId);
