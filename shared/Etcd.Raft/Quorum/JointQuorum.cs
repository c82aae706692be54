namespace Etcd.Raft;

/// <summary>
/// Two majorities that must both agree while the membership changes (thesis, section 4.3); the outgoing one is empty
/// otherwise. Immutable.
/// </summary>
internal readonly record struct JointQuorum(MajorityQuorum Incoming, MajorityQuorum Outgoing)
{
    public bool IsJoint => Outgoing.Count > 0;

    /// <summary>Exactly one voter in all.</summary>
    public bool IsSingleton => Incoming.Count == 1 && !IsJoint;

    public bool Contains(ulong id) => Incoming.Contains(id) || Outgoing.Contains(id);

    public ulong CommittedIndex<TAcks>(in TAcks acks)
        where TAcks : struct, IAckedIndexes, allows ref struct =>
        Math.Min(Incoming.CommittedIndex(acks), Outgoing.CommittedIndex(acks));

    public VoteResult Tally<TVotes>(in TVotes votes)
        where TVotes : struct, IVotes, allows ref struct
    {
        VoteResult incoming = Incoming.Tally(votes);
        VoteResult outgoing = Outgoing.Tally(votes);
        if (incoming == outgoing)
        {
            return incoming;
        }

        return incoming == VoteResult.Lost || outgoing == VoteResult.Lost ? VoteResult.Lost : VoteResult.Pending;
    }

    /// <summary>All voters of both halves, ascending, each once.</summary>
    public ulong[] AllIds()
    {
        if (!IsJoint)
        {
            return Incoming.Ids.ToArray();
        }

        SortedSet<ulong> ids = new(Incoming.Ids.ToArray());
        foreach (ulong id in Outgoing.Ids)
        {
            ids.Add(id);
        }

        ulong[] all = new ulong[ids.Count];
        ids.CopyTo(all);
        return all;
    }
}
