using Etcd.Protocol.Wire;
using Etcd.Raft;

namespace Etcd.Node.Peers;

/// <summary>
/// Raft's own structures to and from <c>raftpb</c> bytes, as etcd's generated code writes them. Thread-safe, pure.
/// </summary>
/// <remarks>
/// <code>
/// Message  | 1 type | 2 to | 3 from | 4 term | 5 logTerm | 6 index | 7 entries* | 8 commit | 9 snapshot, if any
///          | 10 reject | 11 rejectHint | 12 context, if any | 13 vote | 14 responses: never on the wire
/// Snapshot | 1 data, if any | 2 metadata { 1 conf_state | 2 index | 3 term }
/// ConfChange | 1 id | 2 type | 3 node_id | 4 context, if any
/// ConfChangeV2 | 1 transition | 2 changes* { 1 type | 2 node_id } | 3 context, if any
/// </code>
/// Numbers are written even when zero (gogoproto's non-nullable fields of proto2).
/// </remarks>
public static partial class RaftMessageCodec
{
    /// <summary>Encoded bytes of a message.</summary>
    public static int Size(Message message)
    {
        int size = ProtoSize.VarintField(1, (ulong)message.Type)
            + ProtoSize.VarintField(2, message.To)
            + ProtoSize.VarintField(3, message.From)
            + ProtoSize.VarintField(4, message.Term)
            + ProtoSize.VarintField(5, message.LogTerm)
            + ProtoSize.VarintField(6, message.Index)
            + ProtoSize.VarintField(8, message.Commit)
            + ProtoSize.VarintField(10, message.Reject ? 1UL : 0UL)
            + ProtoSize.VarintField(11, message.RejectHint)
            + ProtoSize.VarintField(13, message.Vote);
        foreach (ref readonly Entry entry in message.Entries.Span)
        {
            size += ProtoSize.LengthDelimitedField(7, EntrySize(entry));
        }

        if (message.Snapshot is { } snapshot)
        {
            size += ProtoSize.LengthDelimitedField(9, SnapshotSize(snapshot));
        }

        return message.Context.IsEmpty ? size : size + ProtoSize.LengthDelimitedField(12, message.Context.Length);
    }

    /// <summary>Encodes a message; <see cref="Message.Responses"/> are left out.</summary>
    public static byte[] Encode(Message message)
    {
        byte[] bytes = new byte[Size(message)];
        Write(message, bytes);
        return bytes;
    }

    /// <summary>Writes <see cref="Size"/> bytes at the start of a buffer that has room for them.</summary>
    public static void Write(Message message, Span<byte> destination)
    {
        ProtoWriter writer = new(destination);
        writer.WriteVarintField(1, (ulong)message.Type);
        writer.WriteVarintField(2, message.To);
        writer.WriteVarintField(3, message.From);
        writer.WriteVarintField(4, message.Term);
        writer.WriteVarintField(5, message.LogTerm);
        writer.WriteVarintField(6, message.Index);
        foreach (ref readonly Entry entry in message.Entries.Span)
        {
            writer.WriteLengthDelimitedHeader(7, EntrySize(entry));
            RaftpbCodec.WriteEntry(ref writer, (int)entry.Type, entry.Term, entry.Index, entry.Data.Span);
        }

        writer.WriteVarintField(8, message.Commit);
        if (message.Snapshot is { } snapshot)
        {
            writer.WriteLengthDelimitedHeader(9, SnapshotSize(snapshot));
            WriteSnapshot(ref writer, snapshot);
        }

        writer.WriteBoolField(10, message.Reject);
        writer.WriteVarintField(11, message.RejectHint);
        if (!message.Context.IsEmpty)
        {
            writer.WriteBytesField(12, message.Context.Span);
        }

        writer.WriteVarintField(13, message.Vote);
    }

    /// <summary>Encodes a configuration.</summary>
    public static byte[] Encode(ConfState state)
    {
        byte[] bytes = new byte[ConfStateSize(state)];
        ProtoWriter writer = new(bytes);
        WriteConfState(ref writer, state);
        return bytes;
    }

    /// <summary>Encodes a membership change.</summary>
    public static byte[] Encode(ConfChange change)
    {
        int size = ProtoSize.VarintField(1, change.Id)
            + ProtoSize.VarintField(2, (ulong)change.Type)
            + ProtoSize.VarintField(3, change.NodeId)
            + (change.Context.IsEmpty ? 0 : ProtoSize.LengthDelimitedField(4, change.Context.Length));
        byte[] bytes = new byte[size];
        ProtoWriter writer = new(bytes);
        writer.WriteVarintField(1, change.Id);
        writer.WriteVarintField(2, (ulong)change.Type);
        writer.WriteVarintField(3, change.NodeId);
        if (!change.Context.IsEmpty)
        {
            writer.WriteBytesField(4, change.Context.Span);
        }

        return bytes;
    }

    private static int EntrySize(in Entry entry) =>
        RaftpbCodec.EntrySize((int)entry.Type, entry.Term, entry.Index, entry.Data.Length);

    private static int ConfStateSize(ConfState state) =>
        RaftpbCodec.ConfStateSize(state.Voters, state.Learners, state.VotersOutgoing, state.LearnersNext);

    private static void WriteConfState(ref ProtoWriter writer, ConfState state) =>
        RaftpbCodec.WriteConfState(
            ref writer, state.Voters, state.Learners, state.VotersOutgoing, state.LearnersNext, state.AutoLeave);

    private static int MetadataSize(SnapshotMetadata metadata) =>
        ProtoSize.LengthDelimitedField(1, ConfStateSize(metadata.ConfState))
        + ProtoSize.VarintField(2, metadata.Index)
        + ProtoSize.VarintField(3, metadata.Term);

    private static int SnapshotSize(Snapshot snapshot) =>
        (snapshot.Data.IsEmpty ? 0 : ProtoSize.LengthDelimitedField(1, snapshot.Data.Length))
        + ProtoSize.LengthDelimitedField(2, MetadataSize(snapshot.Metadata));

    private static void WriteSnapshot(ref ProtoWriter writer, Snapshot snapshot)
    {
        if (!snapshot.Data.IsEmpty)
        {
            writer.WriteBytesField(1, snapshot.Data.Span);
        }

        writer.WriteLengthDelimitedHeader(2, MetadataSize(snapshot.Metadata));
        writer.WriteLengthDelimitedHeader(1, ConfStateSize(snapshot.Metadata.ConfState));
        WriteConfState(ref writer, snapshot.Metadata.ConfState);
        writer.WriteVarintField(2, snapshot.Metadata.Index);
        writer.WriteVarintField(3, snapshot.Metadata.Term);
    }
}
