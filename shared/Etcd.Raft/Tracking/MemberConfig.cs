namespace Etcd.Raft;

/// <summary>The membership in force, in the form the core decides with. Immutable.</summary>
/// <param name="Voters">Both halves; no member is a voter and a learner at once.</param>
/// <param name="Learners">Ascending ids of members without a vote.</param>
/// <param name="LearnersNext">
/// Ascending ids of outgoing voters that become learners when the joint configuration is left; they cannot be learners
/// earlier, because they still vote.
/// </param>
/// <param name="AutoLeave">The leader leaves the joint configuration by itself.</param>
internal sealed record MemberConfig(JointQuorum Voters, ulong[] Learners, ulong[] LearnersNext, bool AutoLeave)
{
    public static MemberConfig Empty { get; } = new(new JointQuorum(new([]), new([])), [], [], AutoLeave: false);

    public ConfState ToConfState() => new()
    {
        Voters = Voters.Incoming.Ids.ToArray(),
        VotersOutgoing = Voters.Outgoing.Ids.ToArray(),
        Learners = Learners,
        LearnersNext = LearnersNext,
        AutoLeave = AutoLeave,
    };

    public override string ToString() => Describe.Of(ToConfState());
}
