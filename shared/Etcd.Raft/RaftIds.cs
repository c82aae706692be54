namespace Etcd.Raft;

/// <summary>Member ids with a meaning of their own.</summary>
public static class RaftIds
{
    /// <summary>Nobody: no leader, no vote.</summary>
    public const ulong None = 0;

    /// <summary>Receiver of <see cref="MessageType.StorageAppend"/>: whoever writes the log.</summary>
    public const ulong LocalAppendThread = ulong.MaxValue;

    /// <summary>Receiver of <see cref="MessageType.StorageApply"/>: whoever applies committed entries.</summary>
    public const ulong LocalApplyThread = ulong.MaxValue - 1;

    /// <summary>
    /// True for the two pseudo ids. A transport must never let in a message that claims to come from one of them.
    /// </summary>
    /// <param name="id">A sender or receiver.</param>
    public static bool IsLocalThread(ulong id) => id is LocalAppendThread or LocalApplyThread;

    /// <summary>True for types that only ever arise inside a member and must not be let in from the network.</summary>
    /// <param name="type">The type of a message.</param>
    public static bool IsLocalType(MessageType type) => type
        is MessageType.Hup or MessageType.Beat or MessageType.Unreachable or MessageType.SnapshotStatus
        or MessageType.CheckQuorum or MessageType.StorageAppend or MessageType.StorageAppendResponse
        or MessageType.StorageApply or MessageType.StorageApplyResponse or MessageType.ForgetLeader;

    /// <summary>True for types that answer another message.</summary>
    /// <param name="type">The type of a message.</param>
    public static bool IsResponseType(MessageType type) => type
        is MessageType.AppendResponse or MessageType.VoteResponse or MessageType.HeartbeatResponse
        or MessageType.Unreachable or MessageType.ReadIndexResponse or MessageType.PreVoteResponse
        or MessageType.StorageAppendResponse or MessageType.StorageApplyResponse;
}
