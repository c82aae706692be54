using Raftpb;

namespace Etcd.Protocol.Presence;

/// <summary>Sets the fields of raftpb messages that etcd always writes, so that generated code does too.</summary>
/// <remarks>
/// The generated code leaves out a proto2 field that was never set; gogoproto writes its non-nullable ones, zero or
/// not. After these calls the bytes are equal. Each returns its argument. Not thread-safe.
/// </remarks>
public static class RaftpbPresence
{
    /// <summary>Sets type, term and index.</summary>
    public static Entry WithPresence(this Entry entry)
    {
        entry.Type = entry.Type;
        entry.Term = entry.Term;
        entry.Index = entry.Index;
        return entry;
    }

    /// <summary>Sets term, vote and commit.</summary>
    public static HardState WithPresence(this HardState state)
    {
        state.Term = state.Term;
        state.Vote = state.Vote;
        state.Commit = state.Commit;
        return state;
    }

    /// <summary>Sets auto_leave.</summary>
    public static ConfState WithPresence(this ConfState state)
    {
        state.AutoLeave = state.AutoLeave;
        return state;
    }

    /// <summary>Sets metadata with configuration, index and term.</summary>
    public static Snapshot WithPresence(this Snapshot snapshot)
    {
        SnapshotMetadata metadata = snapshot.Metadata ??= new SnapshotMetadata();
        metadata.ConfState = (metadata.ConfState ?? new ConfState()).WithPresence();
        metadata.Index = metadata.Index;
        metadata.Term = metadata.Term;
        return snapshot;
    }

    /// <summary>Sets all numbers and bools, and those of the entries, the snapshot and the responses.</summary>
    /// <remarks>
    /// As raft 3.6 writes it. Raft 3.5 has no vote, and writes an empty snapshot where 3.6 writes none: each reads the
    /// other's.
    /// </remarks>
    public static Message WithPresence(this Message message)
    {
        message.Type = message.Type;
        message.To = message.To;
        message.From = message.From;
        message.Term = message.Term;
        message.LogTerm = message.LogTerm;
        message.Index = message.Index;
        message.Commit = message.Commit;
        message.Vote = message.Vote;
        message.Reject = message.Reject;
        message.RejectHint = message.RejectHint;
        message.Snapshot?.WithPresence();
        foreach (Entry entry in message.Entries)
        {
            entry.WithPresence();
        }

        foreach (Message response in message.Responses)
        {
            response.WithPresence();
        }

        return message;
    }

    /// <summary>Sets id, type and node.</summary>
    public static ConfChange WithPresence(this ConfChange change)
    {
        change.Id = change.Id;
        change.Type = change.Type;
        change.NodeId = change.NodeId;
        return change;
    }

    /// <summary>Sets the transition, and type and node of each change.</summary>
    public static ConfChangeV2 WithPresence(this ConfChangeV2 change)
    {
        change.Transition = change.Transition;
        foreach (ConfChangeSingle single in change.Changes)
        {
            single.Type = single.Type;
            single.NodeId = single.NodeId;
        }

        return change;
    }
}
