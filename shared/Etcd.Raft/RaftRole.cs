namespace Etcd.Raft;

/// <summary>The part a member plays in its current term. Numbers equal etcd's <c>raft.StateType</c>.</summary>
public enum RaftRole
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>Asks for votes in its term.</summary>
    Candidate = 1,

    /// <summary>Leads its term.</summary>
    Leader = 2,

    /// <summary>Asks whether an election could be won, without raising its term.</summary>
    PreCandidate = 3,
}
