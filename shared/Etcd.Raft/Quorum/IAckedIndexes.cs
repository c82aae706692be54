namespace Etcd.Raft;

/// <summary>Who acknowledged up to where. Implemented by structs, as <see cref="IVotes"/>.</summary>
internal interface IAckedIndexes
{
    /// <summary>Highest index a member acknowledged; 0 when it is unknown.</summary>
    ulong AckedIndex(ulong id);
}
