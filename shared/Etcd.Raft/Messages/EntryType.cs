namespace Etcd.Raft;

/// <summary>What the payload of an <see cref="Entry"/> is. Numbers equal <c>raftpb.EntryType</c>.</summary>
public enum EntryType : byte
{
    /// <summary>Application data; empty for the entry that opens a term.</summary>
    Normal = 0,

    /// <summary>An encoded <see cref="Etcd.Raft.ConfChange"/>.</summary>
    ConfChange = 1,

    /// <summary>An encoded <see cref="Etcd.Raft.ConfChangeV2"/>; empty means "leave the joint configuration".</summary>
    ConfChangeV2 = 2,
}
