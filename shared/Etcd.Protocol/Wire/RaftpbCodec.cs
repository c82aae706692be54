namespace Etcd.Protocol.Wire;

/// <summary>Encodes and decodes the log's own raftpb messages without objects, byte for byte as etcd does.</summary>
/// <remarks>
/// <code>
/// Entry      | 1 type varint | 2 term varint | 3 index varint  | 4 data bytes, absent when empty
/// HardState  | 1 term varint | 2 vote varint | 3 commit varint
/// ConfState  | 1 voters* | 2 learners* | 3 voters_outgoing* | 4 learners_next* (unpacked varints) | 5 auto_leave
/// </code>
/// Numbers and bools are written even when zero (gogoproto's non-nullable fields of proto2), in the order of the
/// field numbers. Source: raftpb/raft.pb.go of etcd's raft library, MarshalToSizedBuffer. Pure, thread-safe.
/// </remarks>
public static class RaftpbCodec
{
    /// <summary>Encoded bytes of an entry.</summary>
    public static int EntrySize(int type, ulong term, ulong index, int dataLength) =>
        3 + ProtoSize.Varint((uint)type) + ProtoSize.Varint(term) + ProtoSize.Varint(index)
        + (dataLength == 0 ? 0 : ProtoSize.LengthDelimitedField(4, dataLength));

    /// <summary>Writes an entry of <see cref="EntrySize"/> bytes.</summary>
    /// <param name="writer">With that much room left.</param>
    /// <param name="type">raftpb.EntryType's number.</param>
    /// <param name="term">Term of the leader that proposed it.</param>
    /// <param name="index">Its place in the log.</param>
    /// <param name="data">The payload; empty is left out.</param>
    public static void WriteEntry(
        ref ProtoWriter writer, int type, ulong term, ulong index, ReadOnlySpan<byte> data)
    {
        writer.WriteVarintField(1, (uint)type);
        writer.WriteVarintField(2, term);
        writer.WriteVarintField(3, index);
        if (!data.IsEmpty)
        {
            writer.WriteBytesField(4, data);
        }
    }

    /// <summary>Reads an entry; false on malformed input.</summary>
    /// <param name="source">Exactly the entry's bytes.</param>
    /// <param name="type">raftpb.EntryType's number, not checked to be a known one.</param>
    /// <param name="term">Term of the leader that proposed it.</param>
    /// <param name="index">Its place in the log.</param>
    /// <param name="data">A slice of the source, valid as long as that is.</param>
    public static bool TryReadEntry(
        ReadOnlyMemory<byte> source, out int type, out ulong term, out ulong index, out ReadOnlyMemory<byte> data)
    {
        type = 0;
        term = 0;
        index = 0;
        data = default;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok;
            switch (field)
            {
                case 1:
                    ok = reader.TryReadVarint(wireType, out ulong number);
                    type = (int)number;
                    break;
                case 2:
                    ok = reader.TryReadVarint(wireType, out term);
                    break;
                case 3:
                    ok = reader.TryReadVarint(wireType, out index);
                    break;
                case 4:
                    ok = reader.TryReadSlice(wireType, out int offset, out int length);
                    data = source.Slice(offset, length);
                    break;
                default:
                    ok = reader.TrySkip(wireType);
                    break;
            }

            if (!ok)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Encoded bytes of a hard state.</summary>
    public static int HardStateSize(ulong term, ulong vote, ulong commit) =>
        3 + ProtoSize.Varint(term) + ProtoSize.Varint(vote) + ProtoSize.Varint(commit);

    /// <summary>Writes a hard state of <see cref="HardStateSize"/> bytes.</summary>
    public static void WriteHardState(ref ProtoWriter writer, ulong term, ulong vote, ulong commit)
    {
        writer.WriteVarintField(1, term);
        writer.WriteVarintField(2, vote);
        writer.WriteVarintField(3, commit);
    }

    /// <summary>Reads a hard state; false on malformed input.</summary>
    public static bool TryReadHardState(
        ReadOnlySpan<byte> source, out ulong term, out ulong vote, out ulong commit)
    {
        term = 0;
        vote = 0;
        commit = 0;
        ProtoReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => reader.TryReadVarint(wireType, out term),
                2 => reader.TryReadVarint(wireType, out vote),
                3 => reader.TryReadVarint(wireType, out commit),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Encoded bytes of a configuration.</summary>
    public static int ConfStateSize(
        ReadOnlySpan<ulong> voters,
        ReadOnlySpan<ulong> learners,
        ReadOnlySpan<ulong> votersOutgoing,
        ReadOnlySpan<ulong> learnersNext) =>
        RepeatedSize(voters) + RepeatedSize(learners) + RepeatedSize(votersOutgoing) + RepeatedSize(learnersNext) + 2;

    /// <summary>Writes a configuration of <see cref="ConfStateSize"/> bytes, ids in the given order.</summary>
    public static void WriteConfState(
        ref ProtoWriter writer,
        ReadOnlySpan<ulong> voters,
        ReadOnlySpan<ulong> learners,
        ReadOnlySpan<ulong> votersOutgoing,
        ReadOnlySpan<ulong> learnersNext,
        bool autoLeave)
    {
        WriteRepeated(ref writer, 1, voters);
        WriteRepeated(ref writer, 2, learners);
        WriteRepeated(ref writer, 3, votersOutgoing);
        WriteRepeated(ref writer, 4, learnersNext);
        writer.WriteBoolField(5, autoLeave);
    }

    private static int RepeatedSize(ReadOnlySpan<ulong> values)
    {
        int size = values.Length;
        foreach (ulong value in values)
        {
            size += ProtoSize.Varint(value);
        }

        return size;
    }

    private static void WriteRepeated(ref ProtoWriter writer, int field, ReadOnlySpan<ulong> values)
    {
        foreach (ulong value in values)
        {
            writer.WriteVarintField(field, value);
        }
    }
}
