namespace Etcd.Raft;

/// <summary>
/// The tail of the log that is not known to be durable, and a received snapshot that is not known to be restored. Holds
/// them until storage has acknowledged them, also while they are being written.
/// </summary>
/// <remarks>
/// <code>
///   storage … Offset-1 | Offset … OffsetInProgress-1 | OffsetInProgress … Offset+Count-1
///                      |  handed out, being written  |  not handed out yet
/// </code>
/// <see cref="Offset"/> may lie below the end of storage: then the next write replaces what is there. The entries stand
/// in an array that is only ever appended to, so lists handed out stay valid; a truncation moves to a new array.
/// </remarks>
internal sealed class UnstableLog(ulong offset, CoreLogger log)
{
    private Entry[] _buffer = [];
    private int _start;

    /// <summary>Index of the first entry held, or to be held.</summary>
    public ulong Offset { get; private set; } = offset;

    /// <summary>Index after the last entry handed out for writing.</summary>
    public ulong OffsetInProgress { get; private set; } = offset;

    public int Count { get; private set; }

    /// <summary>Received and not acknowledged as restored; null for none.</summary>
    public Snapshot? Snapshot { get; private set; }

    public bool SnapshotInProgress { get; private set; }

    /// <summary>Entries not handed out for writing yet.</summary>
    public EntryList NextEntries => Slice(OffsetInProgress, Offset + (ulong)Count);

    public bool HasNextEntries => OffsetInProgress < Offset + (ulong)Count;

    /// <summary>The snapshot, unless it was handed out already.</summary>
    public Snapshot? NextSnapshot => SnapshotInProgress ? null : Snapshot;

    /// <summary>The last index, if it is here.</summary>
    public bool TryGetLastIndex(out ulong index)
    {
        index = Count > 0 ? Offset + (ulong)Count - 1 : Snapshot?.Metadata.Index ?? 0;
        return Count > 0 || Snapshot is not null;
    }

    /// <summary>The term at an index, if it is here.</summary>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        term = 0;
        if (index < Offset)
        {
            if (Snapshot is null || Snapshot.Metadata.Index != index)
            {
                return false;
            }

            term = Snapshot.Metadata.Term;
            return true;
        }

        if (index - Offset >= (ulong)Count)
        {
            return false;
        }

        term = _buffer[_start + (int)(index - Offset)].Term;
        return true;
    }

    /// <summary>Entries in [<paramref name="low"/>, <paramref name="high"/>), all of which must be here.</summary>
    public EntryList Slice(ulong low, ulong high)
    {
        ulong end = Offset + (ulong)Count;
        if (low > high || low < Offset || high > end)
        {
            throw new RaftInvariantException($"unstable slice [{low}, {high}) is outside of [{Offset}, {end})");
        }

        return low == high ? default : new EntryList(_buffer, _start + (int)(low - Offset), (int)(high - low));
    }

    /// <summary>Everything held is now being written.</summary>
    public void AcceptInProgress()
    {
        OffsetInProgress = Offset + (ulong)Count;
        SnapshotInProgress = Snapshot is not null;
    }

    /// <summary>
    /// Lets go of the entries up to <paramref name="id"/>, which are durable. The caller vouches that no write in
    /// progress can still replace them; an id that does not match what is held is ignored.
    /// </summary>
    public void StableTo(EntryId id)
    {
        if (id.Index < Offset || !TryGetTerm(id.Index, out ulong term))
        {
            log.Write(RaftLogLevel.Debug, $"entry {id.Index} is not unstable any more; nothing to release");
            return;
        }

        if (term != id.Term)
        {
            log.Write(
                RaftLogLevel.Debug,
                $"entry {id.Index} of term {id.Term} was replaced by term {term}; nothing to release");
            return;
        }

        int released = (int)(id.Index - Offset) + 1;
        _start += released;
        Count -= released;
        Offset = id.Index + 1;
        OffsetInProgress = Math.Max(OffsetInProgress, Offset);
        Shrink();
    }

    /// <summary>The snapshot at an index is restored; others are ignored.</summary>
    public void StableSnapshotTo(ulong index)
    {
        if (Snapshot is not null && Snapshot.Metadata.Index == index)
        {
            Snapshot = null;
            SnapshotInProgress = false;
        }
    }

    /// <summary>Starts over from a snapshot.</summary>
    public void Restore(Snapshot snapshot)
    {
        Reset(snapshot.Metadata.Index + 1);
        Snapshot = snapshot;
        SnapshotInProgress = false;
    }

    /// <summary>Adds a leader's entries, cutting off what they replace. Contiguous; not empty.</summary>
    public void TruncateAndAppend(ReadOnlySpan<Entry> entries)
    {
        ulong from = entries[0].Index;
        ulong end = Offset + (ulong)Count;
        if (from > end)
        {
            throw new RaftInvariantException($"append at {from} leaves a gap after the unstable log [{Offset}, {end})");
        }

        if (from <= Offset && (Count > 0 || from < Offset))
        {
            log.Write(RaftLogLevel.Info, $"replacing the unstable entries from index {from}");
            Reset(from);
        }
        else if (from < end)
        {
            log.Write(RaftLogLevel.Info, $"cutting the unstable entries from index {from}");
            Move(keep: (int)(from - Offset), capacity: (int)(from - Offset) + entries.Length);
            OffsetInProgress = Math.Min(OffsetInProgress, from);
        }

        entries.CopyTo(Extend(entries.Length));
    }

    /// <summary>Adds proposals behind the end, giving them their term and index.</summary>
    public void AppendStamped(ReadOnlySpan<Entry> proposals, ulong term)
    {
        ulong index = Offset + (ulong)Count;
        Span<Entry> added = Extend(proposals.Length);
        for (int i = 0; i < proposals.Length; i++)
        {
            added[i] = proposals[i] with { Term = term, Index = index + (ulong)i };
        }
    }

    private Span<Entry> Extend(int count)
    {
        if (_start + Count + count > _buffer.Length)
        {
            Move(keep: Count, capacity: Math.Max(Count + count, Math.Max(4, Count * 2)));
        }

        Span<Entry> added = _buffer.AsSpan(_start + Count, count);
        Count += count;
        return added;
    }

    private void Move(int keep, int capacity)
    {
        Entry[] buffer = new Entry[capacity];
        _buffer.AsSpan(_start, keep).CopyTo(buffer);
        _buffer = buffer;
        _start = 0;
        Count = keep;
    }

    private void Reset(ulong offset)
    {
        _buffer = [];
        _start = 0;
        Count = 0;
        Offset = offset;
        OffsetInProgress = offset;
    }

    // Released entries keep their payloads alive until their array goes, so it goes when most of it is dead.
    private void Shrink()
    {
        if (Count == 0)
        {
            _buffer = [];
            _start = 0;
        }
        else if (_start > 2 * Count)
        {
            Move(Count, capacity: Count * 2);
        }
    }
}
