using System.Buffers.Binary;
using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Mvcc;

/// <summary>The rows of bucket <c>meta</c>.</summary>
internal static class MetaKeys
{
    /// <summary>Last applied log index, 8 bytes big-endian.</summary>
    public static ReadOnlySpan<byte> ConsistentIndex => "consistent_index"u8;

    /// <summary>Term of the last applied entry, 8 bytes big-endian.</summary>
    public static ReadOnlySpan<byte> Term => "term"u8;

    /// <summary>Revision key of the newest compaction.</summary>
    public static ReadOnlySpan<byte> ScheduledCompaction => "scheduledCompactRev"u8;

    /// <summary>Revision key of the newest compaction whose sweep is finished.</summary>
    public static ReadOnlySpan<byte> FinishedCompaction => "finishedCompactRev"u8;

    /// <summary>Raft's configuration as JSON.</summary>
    public static ReadOnlySpan<byte> ConfState => "confState"u8;

    /// <summary>True for the two rows that hashes leave out because members apply at different speeds.</summary>
    public static bool IsAppliedPosition(ReadOnlySpan<byte> key) =>
        key.SequenceEqual(ConsistentIndex) || key.SequenceEqual(Term);

    /// <summary>Writes the applied position.</summary>
    public static void WriteApplied(IKvBatch batch, ulong index, ulong term)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, index);
        batch.Put(Bucket.Meta, ConsistentIndex, value);
        BinaryPrimitives.WriteUInt64BigEndian(value, term);
        batch.Put(Bucket.Meta, Term, value);
    }

    /// <summary>Reads one half of the applied position; 0 when absent.</summary>
    public static ulong ReadNumber(IKvReader reader, ReadOnlySpan<byte> key)
    {
        byte[]? value = reader.Get(Bucket.Meta, key);
        return value is { Length: sizeof(ulong) } ? BinaryPrimitives.ReadUInt64BigEndian(value) : 0;
    }

    /// <summary>Writes a compaction's revision.</summary>
    public static void WriteCompaction(IKvBatch batch, ReadOnlySpan<byte> key, long revision)
    {
        Span<byte> value = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(value, new Revision(revision, 0));
        batch.Put(Bucket.Meta, key, value);
    }

    /// <summary>Reads a compaction's revision; null when absent.</summary>
    public static long? ReadCompaction(IKvReader reader, ReadOnlySpan<byte> key)
    {
        byte[]? value = reader.Get(Bucket.Meta, key);
        return value is null ? null : RevisionKey.Read(value).Main;
    }
}
