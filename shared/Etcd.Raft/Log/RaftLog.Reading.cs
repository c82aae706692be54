namespace Etcd.Raft;

/// <summary>Reading across storage and the unstable tail, and handing out committed entries.</summary>
internal sealed partial class RaftLog
{
    /// <summary>
    /// Entries from an index to the end, limited by size. None, with Ok, when it lies beyond the end.
    /// </summary>
    public StorageStatus EntriesFrom(ulong index, ulong maxSize, out EntryList entries)
    {
        ulong last = LastIndex;
        if (index > last)
        {
            entries = default;
            return StorageStatus.Ok;
        }

        return Slice(index, last + 1, maxSize, out entries);
    }

    /// <summary>Entries in [<paramref name="low"/>, <paramref name="high"/>), limited by size, at least one.</summary>
    public StorageStatus Slice(ulong low, ulong high, ulong maxSize, out EntryList entries)
    {
        entries = default;
        if (low < FirstIndex)
        {
            return StorageStatus.Compacted;
        }

        if (low > high || high > LastIndex + 1)
        {
            throw new RaftInvariantException($"slice [{low}, {high}) is outside of the log: {this}");
        }

        if (low == high)
        {
            return StorageStatus.Ok;
        }

        if (low >= Unstable.Offset)
        {
            entries = EntrySize.Limit(Unstable.Slice(low, high), maxSize);
            return StorageStatus.Ok;
        }

        ulong cut = Math.Min(high, Unstable.Offset);
        StorageStatus status = _storage.Entries(low, cut, maxSize, out entries);
        if (status == StorageStatus.Compacted)
        {
            return status;
        }

        if (status != StorageStatus.Ok || entries.IsEmpty)
        {
            throw new RaftInvariantException($"entries [{low}, {cut}) are missing in storage: {this}");
        }

        // Fewer than asked for means that the limit cut them, so nothing may follow.
        if (high > Unstable.Offset && (ulong)entries.Length == cut - low)
        {
            entries = AddUnstable(entries, high, maxSize);
        }

        return StorageStatus.Ok;
    }

    /// <summary>
    /// True when [<paramref name="low"/>, <paramref name="high"/>) holds a conf change; read page by page.
    /// </summary>
    public bool ContainsConfChange(ulong low, ulong high)
    {
        while (low < high)
        {
            if (Slice(low, high, _maxApplyingSize, out EntryList page) != StorageStatus.Ok || page.IsEmpty)
            {
                throw new RaftInvariantException($"unapplied entries [{low}, {high}) are missing: {this}");
            }

            foreach (ref readonly Entry entry in page)
            {
                if (entry.Type != EntryType.Normal)
                {
                    return true;
                }
            }

            low += (ulong)page.Length;
        }

        return false;
    }

    /// <summary>Committed entries that are durable here and not handed out yet, as far as the limit allows.</summary>
    public EntryList NextCommitted()
    {
        if (!HasNextCommitted)
        {
            return default;
        }

        ulong low = Applying + 1;
        if (Slice(low, MaxAppliable + 1, _maxApplyingSize - _applyingSize, out EntryList entries) != StorageStatus.Ok)
        {
            throw new RaftInvariantException($"unapplied entries from {low} are compacted: {this}");
        }

        return entries;
    }

    /// <summary>
    /// The entries from <see cref="NextCommitted"/> were handed out. Pauses further ones when the limit is reached, or
    /// when it has already cut these.
    /// </summary>
    public void AcceptApplying(EntryList entries)
    {
        ulong last = entries[entries.Length - 1].Index;
        if (last > Committed || last <= Applying)
        {
            throw new RaftInvariantException($"handing out entries up to {last} for applying: {this}");
        }

        Applying = last;
        _applyingSize += EntrySize.Encoded(entries.Span);
        _applyingPaused = _applyingSize >= _maxApplyingSize || last < MaxAppliable;
    }

    /// <summary>Entries up to an index are applied.</summary>
    public void AppliedTo(ulong index, ulong size)
    {
        if (index > Committed || index < Applied)
        {
            throw new RaftInvariantException($"applied index {index} is outside of [applied, committed]: {this}");
        }

        Applied = index;
        Applying = Math.Max(Applying, index);
        _applyingSize -= Math.Min(_applyingSize, size);
        _applyingPaused = _applyingSize >= _maxApplyingSize;
    }

    private EntryList AddUnstable(EntryList stable, ulong high, ulong maxSize)
    {
        ulong size = EntrySize.Encoded(stable.Span);
        if (size >= maxSize)
        {
            return stable;
        }

        EntryList unstable = EntrySize.Limit(Unstable.Slice(Unstable.Offset, high), maxSize - size);
        if (unstable.Length == 1 && size + EntrySize.Encoded(unstable.Span) > maxSize)
        {
            return stable;
        }

        Entry[] joined = new Entry[stable.Length + unstable.Length];
        stable.Span.CopyTo(joined);
        unstable.Span.CopyTo(joined.AsSpan(stable.Length));
        return joined;
    }
}
