namespace Etcd.Raft;

/// <summary>
/// A set of voters that decides by majority. Immutable; ids ascending. An empty set agrees with everything.
/// </summary>
internal readonly struct MajorityQuorum
{
    // Clusters are small; beyond this the scratch array comes from the heap.
    private const int StackLimit = 16;

    private readonly ulong[]? _ids;

    public MajorityQuorum(ulong[] ascendingIds) => _ids = ascendingIds;

    public ReadOnlySpan<ulong> Ids => _ids;

    public int Count => _ids?.Length ?? 0;

    public bool Contains(ulong id) => Ids.BinarySearch(id) >= 0;

    /// <summary>The highest index that a majority acknowledged; the maximum for an empty set.</summary>
    public ulong CommittedIndex<TAcks>(in TAcks acks)
        where TAcks : struct, IAckedIndexes, allows ref struct
    {
        ReadOnlySpan<ulong> ids = Ids;
        if (ids.IsEmpty)
        {
            return ulong.MaxValue;
        }

        Span<ulong> acked = ids.Length <= StackLimit ? stackalloc ulong[ids.Length] : new ulong[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            acked[i] = acks.AckedIndex(ids[i]);
        }

        acked.Sort();
        return acked[ids.Length - ((ids.Length / 2) + 1)];
    }

    public VoteResult Tally<TVotes>(in TVotes votes)
        where TVotes : struct, IVotes, allows ref struct
    {
        ReadOnlySpan<ulong> ids = Ids;
        if (ids.IsEmpty)
        {
            return VoteResult.Won;
        }

        int granted = 0;
        int missing = 0;
        foreach (ulong id in ids)
        {
            if (!votes.TryGetVote(id, out bool yes))
            {
                missing++;
            }
            else if (yes)
            {
                granted++;
            }
        }

        int majority = (ids.Length / 2) + 1;
        if (granted >= majority)
        {
            return VoteResult.Won;
        }

        return granted + missing >= majority ? VoteResult.Pending : VoteResult.Lost;
    }

    public override string ToString() => Describe.Ids(Ids);
}
