namespace Etcd.Raft;

/// <summary>What a <see cref="Message"/> says. Numbers equal <c>raftpb.MessageType</c>.</summary>
public enum MessageType
{
    /// <summary>Local: start an election.</summary>
    Hup = 0,

    /// <summary>Local: the leader's signal to send heartbeats.</summary>
    Beat = 1,

    /// <summary>Propose entries; a follower forwards it to its leader.</summary>
    Proposal = 2,

    /// <summary>Leader to follower: append entries after (Index, LogTerm), and a commit index.</summary>
    Append = 3,

    /// <summary>Follower to leader: log matches up to Index, or a rejection with a hint.</summary>
    AppendResponse = 4,

    /// <summary>Candidate asks for a vote.</summary>
    Vote = 5,

    /// <summary>Answer to <see cref="Vote"/>.</summary>
    VoteResponse = 6,

    /// <summary>Leader to follower: a snapshot, because the entries are compacted away.</summary>
    Snapshot = 7,

    /// <summary>Leader to follower: I am alive; carries a safe commit index and a read context.</summary>
    Heartbeat = 8,

    /// <summary>Answer to <see cref="Heartbeat"/>; echoes the read context.</summary>
    HeartbeatResponse = 9,

    /// <summary>Local: the last message to From was probably lost.</summary>
    Unreachable = 10,

    /// <summary>Local: how the sending of a snapshot to From ended (Reject: it failed).</summary>
    SnapshotStatus = 11,

    /// <summary>Local: the leader's signal to check that a quorum was heard from.</summary>
    CheckQuorum = 12,

    /// <summary>Hand leadership to From; a follower forwards it to its leader.</summary>
    TransferLeader = 13,

    /// <summary>Leader to the chosen successor: start an election now.</summary>
    TimeoutNow = 14,

    /// <summary>Ask for a read index; a follower forwards it to its leader.</summary>
    ReadIndex = 15,

    /// <summary>Answer to a forwarded <see cref="ReadIndex"/>.</summary>
    ReadIndexResponse = 16,

    /// <summary>Pre-candidate asks whether it could win an election in the next term.</summary>
    PreVote = 17,

    /// <summary>Answer to <see cref="PreVote"/>.</summary>
    PreVoteResponse = 18,

    /// <summary>To <see cref="RaftIds.LocalAppendThread"/>: persist entries, hard state, snapshot.</summary>
    StorageAppend = 19,

    /// <summary>From <see cref="RaftIds.LocalAppendThread"/>: that is durable.</summary>
    StorageAppendResponse = 20,

    /// <summary>To <see cref="RaftIds.LocalApplyThread"/>: apply committed entries.</summary>
    StorageApply = 21,

    /// <summary>From <see cref="RaftIds.LocalApplyThread"/>: they are applied.</summary>
    StorageApplyResponse = 22,

    /// <summary>Local: a follower forgets who leads, so that it may vote at once.</summary>
    ForgetLeader = 23,
}
