namespace Etcd.Raft;

/// <summary>One entry of the replicated log (<c>raftpb.Entry</c>). Immutable.</summary>
/// <param name="Type">What <paramref name="Data"/> is.</param>
/// <param name="Term">Term in which a leader created the entry, from 1; 0 in a proposal not yet appended.</param>
/// <param name="Index">Position in the log, from 1, without gaps; 0 in a proposal not yet appended.</param>
/// <param name="Data">
/// Payload, may be empty. The bytes must never change after they were handed in: the same memory is shared by the
/// log, by messages and by the state machine.
/// </param>
public readonly record struct Entry(EntryType Type, ulong Term, ulong Index, ReadOnlyMemory<byte> Data);
