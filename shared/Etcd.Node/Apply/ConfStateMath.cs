using Etcd.Raft;

namespace Etcd.Node.Apply;

/// <summary>Configurations without joint phases, as etcd's server uses them. Pure.</summary>
internal static class ConfStateMath
{
    /// <summary>The configuration after one accepted change.</summary>
    public static ConfState Apply(ConfState state, ConfChange change) => change.Type switch
    {
        ConfChangeType.AddNode => With(
            With(state.Voters, change.NodeId), Without(state.Learners, change.NodeId)),
        ConfChangeType.AddLearnerNode => With(
            Without(state.Voters, change.NodeId), With(state.Learners, change.NodeId)),
        ConfChangeType.RemoveNode => With(
            Without(state.Voters, change.NodeId), Without(state.Learners, change.NodeId)),
        _ => state,
    };

    /// <summary>The protocol's form.</summary>
    public static Raftpb.ConfState ToProto(ConfState state)
    {
        Raftpb.ConfState proto = new() { AutoLeave = state.AutoLeave };
        proto.Voters.AddRange(state.Voters);
        proto.Learners.AddRange(state.Learners);
        proto.VotersOutgoing.AddRange(state.VotersOutgoing);
        proto.LearnersNext.AddRange(state.LearnersNext);
        return proto;
    }

    /// <summary>Raft's form.</summary>
    public static ConfState FromProto(Raftpb.ConfState proto) => new()
    {
        Voters = [.. proto.Voters],
        Learners = [.. proto.Learners],
        VotersOutgoing = [.. proto.VotersOutgoing],
        LearnersNext = [.. proto.LearnersNext],
        AutoLeave = proto.AutoLeave,
    };

    private static ConfState With(ulong[] voters, ulong[] learners) => new() { Voters = voters, Learners = learners };

    private static ulong[] With(ulong[] ids, ulong id) => Array.IndexOf(ids, id) >= 0 ? ids : [.. ids, id];

    private static ulong[] Without(ulong[] ids, ulong id) => Array.FindAll(ids, other => other != id);
}
