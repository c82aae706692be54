namespace Etcd.Raft;

/// <summary>One kind of membership change. Numbers equal <c>raftpb.ConfChangeType</c>.</summary>
public enum ConfChangeType
{
    /// <summary>Make the member a voter.</summary>
    AddNode = 0,

    /// <summary>Remove the member.</summary>
    RemoveNode = 1,

    /// <summary>Changes nothing for the core; the application updates what it knows of the member.</summary>
    UpdateNode = 2,

    /// <summary>Make the member a learner.</summary>
    AddLearnerNode = 3,
}
