namespace Etcd.StateMachine;

/// <summary>What an entry of the log carries; the values are <c>raftpb.EntryType</c>'s.</summary>
public enum CommittedEntryKind : byte
{
    /// <summary>An <c>InternalRaftRequest</c>, or nothing (a new leader's first entry).</summary>
    Normal = 0,

    /// <summary>A <c>raftpb.ConfChange</c>.</summary>
    ConfChange = 1,

    /// <summary>A <c>raftpb.ConfChangeV2</c>.</summary>
    ConfChangeV2 = 2,
}
