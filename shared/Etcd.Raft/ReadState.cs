namespace Etcd.Raft;

/// <summary>
/// The answer to a <see cref="RaftNode.ReadIndex"/>: a read that started before the request is linearizable once
/// everything up to <paramref name="Index"/> is applied.
/// </summary>
/// <param name="Index">Read index, inclusive.</param>
/// <param name="Context">The bytes given with the request.</param>
public readonly record struct ReadState(ulong Index, ReadOnlyMemory<byte> Context);
