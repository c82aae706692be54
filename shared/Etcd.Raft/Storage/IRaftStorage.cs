namespace Etcd.Raft;

/// <summary>
/// What the core reads back of what it asked to persist. Called on the raft loop only, and often: every member must
/// answer from memory. The core never writes through it; the owner of the loop does, as the contract on
/// <see cref="RaftNode"/> says.
/// </summary>
public interface IRaftStorage
{
    /// <summary>
    /// Index of the oldest entry held, which is one above the last compacted one (1 for a fresh log).
    /// </summary>
    ulong FirstIndex { get; }

    /// <summary>Index of the newest entry held; <see cref="FirstIndex"/> - 1 when there is none.</summary>
    ulong LastIndex { get; }

    /// <summary>What was durable at start. Read once, by the constructor of <see cref="RaftNode"/>.</summary>
    /// <param name="hardState">All zero for a new member.</param>
    /// <param name="confState">Membership at the last snapshot (or at the applied index given in the options).</param>
    void InitialState(out HardState hardState, out ConfState confState);

    /// <summary>Entries in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">First index, inclusive.</param>
    /// <param name="high">Last index, exclusive, at most <see cref="LastIndex"/> + 1.</param>
    /// <param name="maxSizeBytes">Limit on the summed <see cref="EntrySize"/>; at least one entry is returned.</param>
    /// <param name="entries">A prefix of the range, not empty, on <see cref="StorageStatus.Ok"/>.</param>
    /// <returns>Compacted when <paramref name="low"/> is below <see cref="FirstIndex"/>.</returns>
    StorageStatus Entries(ulong low, ulong high, ulong maxSizeBytes, out EntryList entries);

    /// <summary>Term of the entry at an index from <see cref="FirstIndex"/> - 1 to <see cref="LastIndex"/>.</summary>
    /// <param name="index">The index just before <see cref="FirstIndex"/> is valid too.</param>
    /// <param name="term">The term on <see cref="StorageStatus.Ok"/>.</param>
    StorageStatus Term(ulong index, out ulong term);

    /// <summary>The newest snapshot, for a follower that is too far behind.</summary>
    /// <returns>Null when none is ready now; the core asks again later.</returns>
    Snapshot? Snapshot();
}
