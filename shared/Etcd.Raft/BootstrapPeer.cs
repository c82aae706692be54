namespace Etcd.Raft;

/// <summary>A member of a new cluster, for <see cref="RaftNode.Bootstrap"/>.</summary>
/// <param name="NodeId">Its id, not 0.</param>
/// <param name="ConfChangeData">Encoded <see cref="ConfChange"/> that adds it; becomes an entry of the log.</param>
public readonly record struct BootstrapPeer(ulong NodeId, ReadOnlyMemory<byte> ConfChangeData);
