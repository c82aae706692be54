using Etcd.Protocol.Wire;
using Etcd.Raft;

namespace Etcd.Node.Peers;

public static partial class RaftMessageCodec
{
    /// <summary>Reads a message; false on malformed input. Payloads are slices of the source, which must therefore
    /// never change afterwards.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> source, out Message message)
    {
        ulong type = 0, to = 0, from = 0, term = 0, logTerm = 0, index = 0, commit = 0, reject = 0, hint = 0, vote = 0;
        ReadOnlyMemory<byte> context = default;
        Snapshot? snapshot = null;
        List<Entry>? entries = null;
        message = EmptyMessage;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => reader.TryReadVarint(wireType, out type),
                2 => reader.TryReadVarint(wireType, out to),
                3 => reader.TryReadVarint(wireType, out from),
                4 => reader.TryReadVarint(wireType, out term),
                5 => reader.TryReadVarint(wireType, out logTerm),
                6 => reader.TryReadVarint(wireType, out index),
                7 => TryReadSlice(ref reader, wireType, source, out ReadOnlyMemory<byte> entry)
                    && TryAddEntry(entry, ref entries),
                8 => reader.TryReadVarint(wireType, out commit),
                9 => TryReadSlice(ref reader, wireType, source, out ReadOnlyMemory<byte> bytes)
                    && TryDecodeSnapshot(bytes, out snapshot),
                10 => reader.TryReadVarint(wireType, out reject),
                11 => reader.TryReadVarint(wireType, out hint),
                12 => TryReadSlice(ref reader, wireType, source, out context),
                13 => reader.TryReadVarint(wireType, out vote),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        message = new Message
        {
            Type = (MessageType)type,
            To = to,
            From = from,
            Term = term,
            LogTerm = logTerm,
            Index = index,
            Entries = entries is null ? default : EntryList.FromArray([.. entries]),
            Commit = commit,
            Vote = vote,

            // etcd 3.5 writes an empty snapshot into every message; only one with an index says something.
            Snapshot = snapshot is { IsEmpty: false } ? snapshot : null,
            Reject = reject != 0,
            RejectHint = hint,
            Context = context,
        };
        return type <= (ulong)MessageType.ForgetLeader;
    }

    /// <summary>Reads a snapshot; false on malformed input.</summary>
    public static bool TryDecodeSnapshot(ReadOnlyMemory<byte> source, out Snapshot? snapshot)
    {
        ReadOnlyMemory<byte> data = default;
        ReadOnlyMemory<byte> metadata = default;
        snapshot = null;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => TryReadSlice(ref reader, wireType, source, out data),
                2 => TryReadSlice(ref reader, wireType, source, out metadata),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        if (!TryDecodeMetadata(metadata, out SnapshotMetadata decoded))
        {
            return false;
        }

        snapshot = new Snapshot(data, decoded);
        return true;
    }

    /// <summary>Reads a configuration; false on malformed input.</summary>
    public static bool TryDecodeConfState(ReadOnlySpan<byte> source, out ConfState state)
    {
        List<ulong>[] members = [[], [], [], []];
        ulong autoLeave = 0;
        state = ConfState.Empty;
        ProtoReader reader = new(source);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            ulong id = 0;
            bool ok = field switch
            {
                >= 1 and <= 4 => reader.TryReadVarint(wireType, out id),
                5 => reader.TryReadVarint(wireType, out autoLeave),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }

            if (field is >= 1 and <= 4)
            {
                members[field - 1].Add(id);
            }
        }

        state = new ConfState
        {
            Voters = [.. members[0]],
            Learners = [.. members[1]],
            VotersOutgoing = [.. members[2]],
            LearnersNext = [.. members[3]],
            AutoLeave = autoLeave != 0,
        };
        return true;
    }

    /// <summary>Reads a membership change of either form; null for anything else (as
    /// <see cref="RaftConfig.ConfChangeDecoder"/> wants it).</summary>
    public static ConfChangeV2? DecodeConfChange(Entry entry) => entry.Type switch
    {
        EntryType.ConfChange => TryDecodeConfChange(entry.Data, out ConfChange? change) ? change!.AsV2() : null,
        EntryType.ConfChangeV2 => TryDecodeConfChangeV2(entry.Data, out ConfChangeV2? change) ? change : null,
        _ => null,
    };

    /// <summary>Reads a change of one member; false on malformed input.</summary>
    public static bool TryDecodeConfChange(ReadOnlyMemory<byte> source, out ConfChange? change)
    {
        ulong id = 0, type = 0, nodeId = 0;
        ReadOnlyMemory<byte> context = default;
        change = null;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => reader.TryReadVarint(wireType, out id),
                2 => reader.TryReadVarint(wireType, out type),
                3 => reader.TryReadVarint(wireType, out nodeId),
                4 => TryReadSlice(ref reader, wireType, source, out context),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        change = new ConfChange(id, (ConfChangeType)type, nodeId, context);
        return type <= (ulong)ConfChangeType.AddLearnerNode;
    }

    private static bool TryDecodeConfChangeV2(ReadOnlyMemory<byte> source, out ConfChangeV2? change)
    {
        ulong transition = 0;
        ReadOnlyMemory<byte> context = default;
        List<ConfChangeSingle> changes = [];
        change = null;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            ReadOnlyMemory<byte> single = default;
            bool ok = field switch
            {
                1 => reader.TryReadVarint(wireType, out transition),
                2 => TryReadSlice(ref reader, wireType, source, out single),
                3 => TryReadSlice(ref reader, wireType, source, out context),
                _ => reader.TrySkip(wireType),
            };
            if (!ok || (field == 2 && !TryAddSingle(single, changes)))
            {
                return false;
            }
        }

        change = new ConfChangeV2((ConfChangeTransition)transition, changes, context);
        return transition <= (ulong)ConfChangeTransition.JointExplicit;
    }

    private static bool TryAddSingle(ReadOnlyMemory<byte> source, List<ConfChangeSingle> changes)
    {
        // A single change is the middle of a ConfChange: 1 type, 2 node_id.
        ulong type = 0, nodeId = 0;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => reader.TryReadVarint(wireType, out type),
                2 => reader.TryReadVarint(wireType, out nodeId),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        changes.Add(new ConfChangeSingle((ConfChangeType)type, nodeId));
        return type <= (ulong)ConfChangeType.AddLearnerNode;
    }

    private static bool TryDecodeMetadata(ReadOnlyMemory<byte> source, out SnapshotMetadata metadata)
    {
        ReadOnlyMemory<byte> confState = default;
        ulong index = 0, term = 0;
        metadata = Snapshot.Empty.Metadata;
        ProtoReader reader = new(source.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType wireType))
            {
                return false;
            }

            bool ok = field switch
            {
                1 => TryReadSlice(ref reader, wireType, source, out confState),
                2 => reader.TryReadVarint(wireType, out index),
                3 => reader.TryReadVarint(wireType, out term),
                _ => reader.TrySkip(wireType),
            };
            if (!ok)
            {
                return false;
            }
        }

        if (!TryDecodeConfState(confState.Span, out ConfState decoded))
        {
            return false;
        }

        metadata = new SnapshotMetadata(decoded, index, term);
        return true;
    }

    private static bool TryAddEntry(ReadOnlyMemory<byte> source, ref List<Entry>? entries)
    {
        if (!RaftpbCodec.TryReadEntry(
                source, out int type, out ulong term, out ulong index, out ReadOnlyMemory<byte> data)
            || type is < 0 or > (int)EntryType.ConfChangeV2)
        {
            return false;
        }

        (entries ??= []).Add(new Entry((EntryType)type, term, index, data));
        return true;
    }

    private static bool TryReadSlice(
        ref ProtoReader reader, WireType wireType, ReadOnlyMemory<byte> source, out ReadOnlyMemory<byte> slice)
    {
        bool ok = reader.TryReadSlice(wireType, out int offset, out int length);
        slice = source.Slice(offset, length);
        return ok;
    }

    private static readonly Message EmptyMessage = new() { Type = MessageType.Hup };
}
