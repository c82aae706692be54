using System.Collections.Frozen;

namespace Etcd.StateMachine.Membership;

/// <summary>The members, removed members and version of the cluster at one point of the log. Immutable.</summary>
public sealed class ClusterMembership
{
    private readonly ClusterMember[] _members;
    private readonly FrozenSet<ulong> _removed;

    internal ClusterMembership(
        IEnumerable<ClusterMember> members,
        IEnumerable<ulong> removed,
        ClusterVersion? version,
        DowngradeState downgrade)
    {
        _members = [.. members];
        Array.Sort(_members, static (left, right) => left.Id.CompareTo(right.Id));
        _removed = removed.ToFrozenSet();
        Version = version;
        Downgrade = downgrade;
    }

    /// <summary>No members, no version.</summary>
    public static ClusterMembership Empty { get; } = new([], [], version: null, DowngradeState.None);

    /// <summary>All members, learners too, ascending by id.</summary>
    public IReadOnlyList<ClusterMember> Members => _members;

    /// <summary>Ids that were members once and can never be again.</summary>
    public IReadOnlySet<ulong> RemovedIds => _removed;

    /// <summary>The release that all members can speak; null until the leader has decided it.</summary>
    public ClusterVersion? Version { get; }

    /// <summary>A downgrade under way, or none.</summary>
    public DowngradeState Downgrade { get; }

    /// <summary>The member with an id, or null. O(log n).</summary>
    public ClusterMember? Find(ulong id)
    {
        int low = 0;
        int high = _members.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = _members[middle].Id.CompareTo(id);
            if (order == 0)
            {
                return _members[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    /// <summary>The first member, by id, that published a name; null when none has. O(n).</summary>
    public ClusterMember? FindByName(string name)
    {
        foreach (ClusterMember member in _members)
        {
            if (string.Equals(member.Name, name, StringComparison.Ordinal))
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>True when the id belonged to a member that was removed.</summary>
    public bool IsRemoved(ulong id) => _removed.Contains(id);

    /// <summary>Number of members with a vote.</summary>
    public int VoterCount => Count(static member => !member.IsLearner);

    /// <summary>Number of members without a vote.</summary>
    public int LearnerCount => Count(static member => member.IsLearner);

    /// <summary>
    /// True when one more voter, not started yet, leaves enough started voters for a quorum. A cluster of one started
    /// voter always may grow (<c>IsReadyToAddVotingMember</c>).
    /// </summary>
    public bool IsReadyToAddVoter()
    {
        int voters = VoterCount + 1;
        int started = StartedVoterCount(exceptId: 0);
        return (started == 1 && voters == 2) || started >= Quorum(voters);
    }

    /// <summary>
    /// True when the voters that stay contain a started quorum; false for the only voter
    /// (<c>IsReadyToRemoveVotingMember</c>).
    /// </summary>
    /// <param name="id">Member to remove; one that is no voter changes nothing.</param>
    public bool IsReadyToRemoveVoter(ulong id)
    {
        int voters = VoterCount - (Find(id) is { IsLearner: false } ? 1 : 0);
        return StartedVoterCount(exceptId: id) >= Quorum(voters);
    }

    /// <summary>
    /// True when the voters and the learner, which counts as started, contain a started quorum
    /// (<c>IsReadyToPromoteMember</c>).
    /// </summary>
    public bool IsReadyToPromote() => StartedVoterCount(exceptId: 0) + 1 >= Quorum(VoterCount + 1);

    private static int Quorum(int voters) => (voters / 2) + 1;

    private int StartedVoterCount(ulong exceptId)
    {
        int count = 0;
        foreach (ClusterMember member in _members)
        {
            count += !member.IsLearner && member.IsStarted && member.Id != exceptId ? 1 : 0;
        }

        return count;
    }

    private int Count(Func<ClusterMember, bool> predicate)
    {
        int count = 0;
        foreach (ClusterMember member in _members)
        {
            count += predicate(member) ? 1 : 0;
        }

        return count;
    }
}
