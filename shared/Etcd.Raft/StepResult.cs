namespace Etcd.Raft;

/// <summary>What became of a message or proposal. Everything but <see cref="Accepted"/> had no effect.</summary>
public enum StepResult
{
    /// <summary>Taken. For a proposal: appended or forwarded, which is no promise that it will commit.</summary>
    Accepted = 0,

    /// <summary>Proposal dropped: no leader is known.</summary>
    DroppedNoLeader,

    /// <summary>Proposal dropped: leadership is being handed over.</summary>
    DroppedLeaderTransfer,

    /// <summary>Proposal dropped: <see cref="RaftConfig.MaxUncommittedSizeBytes"/> is used up.</summary>
    DroppedUncommittedLimit,

    /// <summary>Proposal dropped: this leader was removed from the configuration.</summary>
    DroppedNotMember,

    /// <summary>Proposal dropped: not the leader, and forwarding is off.</summary>
    DroppedForwardingDisabled,

    /// <summary>Refused: a message of a local type that does not come from a local thread.</summary>
    LocalMessage,

    /// <summary>Refused: a response from somebody who is not in the configuration.</summary>
    UnknownPeer,

    /// <summary>Refused: the fields contradict the type, for instance entries with gaps.</summary>
    Malformed,
}
