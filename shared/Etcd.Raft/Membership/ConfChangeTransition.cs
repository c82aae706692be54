namespace Etcd.Raft;

/// <summary>
/// How a change passes through a joint configuration. Numbers equal <c>raftpb.ConfChangeTransition</c>.
/// </summary>
public enum ConfChangeTransition
{
    /// <summary>Simple protocol for at most one change, otherwise <see cref="JointImplicit"/>.</summary>
    Auto = 0,

    /// <summary>Always joint; the leader leaves the joint configuration by itself.</summary>
    JointImplicit = 1,

    /// <summary>Always joint; the application proposes an empty change to leave.</summary>
    JointExplicit = 2,
}
