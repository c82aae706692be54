namespace Etcd.Node.Apply;

/// <summary>A proposal that only the leader of one term may make.</summary>
/// <param name="Term">The term in which this member led when it decided.</param>
/// <param name="RequestId">Id inside the request.</param>
/// <param name="Data">Encoded <c>InternalRaftRequest</c>.</param>
public readonly record struct FencedProposal(ulong Term, ulong RequestId, ReadOnlyMemory<byte> Data);
