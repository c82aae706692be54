namespace Etcd.Raft;

/// <summary>Where in the log a snapshot stands (<c>raftpb.SnapshotMetadata</c>). Immutable.</summary>
/// <param name="ConfState">Membership in force after <paramref name="Index"/>.</param>
/// <param name="Index">Last index covered, inclusive.</param>
/// <param name="Term">Term of the entry at <paramref name="Index"/>.</param>
public sealed record SnapshotMetadata(ConfState ConfState, ulong Index, ulong Term);
