namespace Etcd.Raft;

/// <summary>How the leader replicates to one member. Numbers equal etcd's <c>tracker.StateType</c>.</summary>
public enum ProgressState
{
    /// <summary>The member's last index is unknown: one append per heartbeat until it answers.</summary>
    Probe = 0,

    /// <summary>Appends are pipelined ahead of the answers.</summary>
    Replicate = 1,

    /// <summary>A snapshot is on its way; nothing else is sent.</summary>
    Snapshot = 2,
}
