namespace Etcd.Raft;

/// <summary>What must survive a crash (<c>raftpb.HardState</c>).</summary>
/// <param name="Term">Newest term seen.</param>
/// <param name="Vote">Member voted for in <paramref name="Term"/>; 0 for none.</param>
/// <param name="Commit">Highest index known to be committed; may lag after a crash, never leads.</param>
public readonly record struct HardState(ulong Term, ulong Vote, ulong Commit)
{
    /// <summary>True for a member that has not persisted anything.</summary>
    public bool IsEmpty => this == default;
}
