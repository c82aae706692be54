using System.Numerics;

namespace Etcd.Raft;

/// <summary>Sizes of entries as the limits count them.</summary>
public static class EntrySize
{
    /// <summary>Bytes of an entry encoded as <c>raftpb.Entry</c> (type, term and index always present).</summary>
    /// <param name="entry">The entry.</param>
    public static ulong Encoded(in Entry entry)
    {
        ulong size = 1 + 1 + 1 + VarintLength(entry.Term) + 1 + VarintLength(entry.Index);
        ulong length = (ulong)entry.Data.Length;
        return length == 0 ? size : size + 1 + VarintLength(length) + length;
    }

    /// <summary>Summed <see cref="Encoded(in Entry)"/>.</summary>
    /// <param name="entries">The entries.</param>
    public static ulong Encoded(ReadOnlySpan<Entry> entries)
    {
        ulong size = 0;
        foreach (ref readonly Entry entry in entries)
        {
            size += Encoded(entry);
        }

        return size;
    }

    /// <summary>Summed payload lengths; 0 for the entries that open a term or leave a joint configuration.</summary>
    /// <param name="entries">The entries.</param>
    public static ulong Payload(ReadOnlySpan<Entry> entries)
    {
        ulong size = 0;
        foreach (ref readonly Entry entry in entries)
        {
            size += (ulong)entry.Data.Length;
        }

        return size;
    }

    /// <summary>The longest prefix within a limit, but always one entry if there is any.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="maxSizeBytes">Limit on the summed encoded size, inclusive.</param>
    public static EntryList Limit(EntryList entries, ulong maxSizeBytes)
    {
        if (maxSizeBytes == RaftConfig.NoLimit || entries.Length <= 1)
        {
            return entries;
        }

        ReadOnlySpan<Entry> span = entries.Span;
        ulong size = Encoded(span[0]);
        for (int count = 1; count < span.Length; count++)
        {
            size += Encoded(span[count]);
            if (size > maxSizeBytes)
            {
                return entries.Slice(0, count);
            }
        }

        return entries;
    }

    private static ulong VarintLength(ulong value) => (ulong)((BitOperations.Log2(value | 1) / 7) + 1);
}
