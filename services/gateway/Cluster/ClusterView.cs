namespace Etcd.Gateway.Cluster;

/// <summary>Who can serve what, as of one moment. Immutable; the endpoints in it are live.</summary>
internal sealed class ClusterView
{
    /// <summary>Nothing known yet.</summary>
    public static readonly ClusterView Empty = new(null, isRelay: false, 0, [], []);

    public ClusterView(
        MemberEndpoint? leader,
        bool isRelay,
        ulong term,
        IReadOnlyList<MemberEndpoint> readers,
        IReadOnlyList<MemberEndpoint> all)
    {
        Leader = leader;
        IsRelay = isRelay;
        Term = term;
        Readers = readers;
        All = all;
    }

    /// <summary>Where requests for the leader go; null while there is none.</summary>
    public MemberEndpoint? Leader { get; }

    /// <summary>Whether <see cref="Leader"/> is a follower that passes requests on to a leader out of reach.</summary>
    public bool IsRelay { get; }

    /// <summary>The leader's term; 0 when unknown.</summary>
    public ulong Term { get; }

    /// <summary>Members with a vote that answer, those that follow a leader if there are any.</summary>
    public IReadOnlyList<MemberEndpoint> Readers { get; }

    /// <summary>All members, in reach or not.</summary>
    public IReadOnlyList<MemberEndpoint> All { get; }

    /// <summary>Draws conclusions from what the members say.</summary>
    /// <param name="members">The members with what each last said.</param>
    /// <param name="mayRelay">
    /// Whether a follower may stand for a leader that is named but out of reach. False for as long as the cluster may
    /// still have to notice that its leader is gone.
    /// </param>
    public static ClusterView Build(
        IReadOnlyList<(MemberEndpoint Endpoint, MemberObservation Observation)> members,
        bool mayRelay)
    {
        var readers = Readable(members, following: true);
        if (readers.Length == 0)
        {
            readers = Readable(members, following: false);
        }

        // A deposed leader that has not noticed names itself at an older term, so the newest term with a leader wins.
        var term = 0UL;
        var leaderId = 0UL;
        foreach (var (_, seen) in members)
        {
            if (seen.IsReachable && seen.LeaderId != 0
                && (leaderId == 0 || seen.Term > term || (seen.Term == term && seen.LeaderId == seen.MemberId)))
            {
                (term, leaderId) = (seen.Term, seen.LeaderId);
            }
        }

        var leader = leaderId == 0 ? null : members.FirstOrDefault(member =>
            member.Observation.IsReachable && member.Observation.MemberId == leaderId).Endpoint;
        var isRelay = false;
        if (leader is null && leaderId != 0 && mayRelay)
        {
            leader = members.FirstOrDefault(member => member.Observation.IsReachable
                && !member.Observation.IsLearner && member.Observation.LeaderId == leaderId).Endpoint;
            isRelay = leader is not null;
        }

        return new ClusterView(leader, isRelay, term, readers, members.Select(member => member.Endpoint).ToArray());
    }

    /// <summary>Whether routing is the same with both.</summary>
    public bool RoutesAs(ClusterView other) =>
        Leader == other.Leader && Term == other.Term && IsRelay == other.IsRelay
        && Readers.SequenceEqual(other.Readers) && All.SequenceEqual(other.All);

    private static MemberEndpoint[] Readable(
        IReadOnlyList<(MemberEndpoint Endpoint, MemberObservation Observation)> members,
        bool following) =>
        members.Where(member => member.Observation.IsReachable && !member.Observation.IsLearner
                && (!following || member.Observation.LeaderId != 0))
            .Select(member => member.Endpoint)
            .ToArray();
}
