namespace Etcd.Ports.Log;

/// <summary>What a member must remember across a crash before it may answer (<c>raftpb.HardState</c>).</summary>
/// <param name="Term">Newest term seen.</param>
/// <param name="Vote">Member voted for in <paramref name="Term"/>; 0 for none.</param>
/// <param name="Commit">Highest index known to be committed; may lag, never leads.</param>
public readonly record struct LogHardState(ulong Term, ulong Vote, ulong Commit);
