namespace Etcd.Node.Consensus;

/// <summary>How far a proposal came.</summary>
public enum ProposalState
{
    /// <summary>Not yet handed to raft: no leader is known, or the loop has not come to it.</summary>
    Waiting = 0,

    /// <summary>Appended here or forwarded to the leader; whether it commits shows when it is applied.</summary>
    Accepted,

    /// <summary>Refused by raft; it is in no log.</summary>
    Dropped,

    /// <summary>Its waiter gave up before raft saw it; it is in no log.</summary>
    Withdrawn,
}
