namespace Etcd.Raft;

/// <summary>Who voted how. Implemented by structs, so that counting neither allocates nor calls virtually.</summary>
internal interface IVotes
{
    /// <summary>The vote of a member.</summary>
    /// <returns>False when it did not vote.</returns>
    bool TryGetVote(ulong id, out bool granted);
}
