namespace Etcd.Raft;

/// <summary>
/// The log since the last compaction, in memory. Owned by the raft loop like the <see cref="RaftNode"/> that reads it;
/// not thread-safe. Lists it hands out stay valid and unchanged for ever: memory that was handed out is never
/// rewritten.
/// </summary>
/// <remarks>
/// The owner mirrors here what it has written durably: for a StorageAppend message first
/// <see cref="ApplySnapshot"/>, then <see cref="Append(EntryList)"/>, then <see cref="SetHardState"/>, all before it
/// delivers the message's responses, and message after message in the order in which the core gave them out.
/// </remarks>
public sealed class MemoryRaftStorage : IRaftStorage
{
    private const int MinimumCapacity = 64;

    private Entry[] _entries = [];
    private int _count;
    private ulong _payloadBytes;
    private ulong _compactedIndex;
    private ulong _compactedTerm;
    private HardState _hardState;
    private Snapshot _snapshot = Etcd.Raft.Snapshot.Empty;

    /// <inheritdoc/>
    public ulong FirstIndex => _compactedIndex + 1;

    /// <inheritdoc/>
    public ulong LastIndex => _compactedIndex + (ulong)_count;

    /// <summary>Summed payload lengths of the entries held.</summary>
    public ulong PayloadBytes => _payloadBytes;

    /// <summary>The hard state as last set.</summary>
    public HardState HardState => _hardState;

    /// <inheritdoc/>
    public void InitialState(out HardState hardState, out ConfState confState)
    {
        hardState = _hardState;
        confState = _snapshot.Metadata.ConfState;
    }

    /// <summary>Remembers the hard state.</summary>
    /// <param name="hardState">Replaces the former one.</param>
    public void SetHardState(HardState hardState) => _hardState = hardState;

    /// <inheritdoc/>
    public StorageStatus Entries(ulong low, ulong high, ulong maxSizeBytes, out EntryList entries)
    {
        entries = default;
        if (low < FirstIndex)
        {
            return StorageStatus.Compacted;
        }

        if (low > high || high > LastIndex + 1)
        {
            return StorageStatus.Unavailable;
        }

        int start = (int)(low - FirstIndex);
        entries = EntrySize.Limit(new EntryList(_entries, start, (int)(high - low)), maxSizeBytes);
        return StorageStatus.Ok;
    }

    /// <inheritdoc/>
    public StorageStatus Term(ulong index, out ulong term)
    {
        term = 0;
        if (index < _compactedIndex)
        {
            return StorageStatus.Compacted;
        }

        if (index > LastIndex)
        {
            return StorageStatus.Unavailable;
        }

        term = index == _compactedIndex ? _compactedTerm : _entries[(int)(index - FirstIndex)].Term;
        return StorageStatus.Ok;
    }

    /// <inheritdoc/>
    public Snapshot? Snapshot() => _snapshot.IsEmpty ? null : _snapshot;

    /// <summary>Replaces everything by a snapshot; the log is empty after it.</summary>
    /// <param name="snapshot">Newer than the one held.</param>
    /// <returns>False, without effect, when the snapshot held is at least as new.</returns>
    public bool ApplySnapshot(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Metadata.Index <= _snapshot.Metadata.Index)
        {
            return false;
        }

        _snapshot = snapshot;
        _compactedIndex = snapshot.Metadata.Index;
        _compactedTerm = snapshot.Metadata.Term;
        _entries = [];
        _count = 0;
        _payloadBytes = 0;
        return true;
    }

    /// <summary>Makes a snapshot for followers that are far behind. Does not compact.</summary>
    /// <param name="index">Applied index, newer than the snapshot held, still in the log.</param>
    /// <param name="confState">
    /// Membership at <paramref name="index"/>; null when it did not change since the last one.
    /// </param>
    /// <param name="data">State, opaque.</param>
    /// <returns>The snapshot; null, without effect, when the one held is at least as new.</returns>
    public Snapshot? CreateSnapshot(ulong index, ConfState? confState, ReadOnlyMemory<byte> data)
    {
        if (index <= _snapshot.Metadata.Index)
        {
            return null;
        }

        if (Term(index, out ulong term) != StorageStatus.Ok)
        {
            throw new RaftInvariantException(
                $"snapshot at {index} is outside of the log [{FirstIndex - 1}, {LastIndex}]");
        }

        _snapshot = new Snapshot(data, new SnapshotMetadata(confState ?? _snapshot.Metadata.ConfState, index, term));
        return _snapshot;
    }

    /// <summary>
    /// The lowest index from the compacted one on behind which payloads of at most so many bytes are held. O(n) in the
    /// entries up to it.
    /// </summary>
    /// <param name="payloadBytes">Inclusive.</param>
    public ulong IndexBeforeNewest(ulong payloadBytes)
    {
        ulong behind = _payloadBytes;
        int before = 0;
        while (behind > payloadBytes)
        {
            behind -= (ulong)_entries[before].Data.Length;
            before++;
        }

        return _compactedIndex + (ulong)before;
    }

    /// <summary>
    /// Drops all entries up to an index; the term at that index stays known. Copies what remains: O(n).
    /// </summary>
    /// <param name="index">Inclusive; at most the applied index.</param>
    /// <returns>False, without effect, when that was compacted before.</returns>
    public bool Compact(ulong index)
    {
        if (index <= _compactedIndex)
        {
            return false;
        }

        if (index > LastIndex)
        {
            throw new RaftInvariantException($"compaction at {index} is beyond the last index {LastIndex}");
        }

        int dropped = (int)(index - _compactedIndex);
        _compactedTerm = _entries[dropped - 1].Term;
        _compactedIndex = index;
        _count -= dropped;
        _payloadBytes -= EntrySize.Payload(_entries.AsSpan(0, dropped));

        // Room for as many again: the log grows to where it was before the next compaction.
        Entry[] kept = new Entry[_count * 2];
        _entries.AsSpan(dropped, _count).CopyTo(kept);
        _entries = kept;
        return true;
    }

    /// <summary>Adds entries; one that exists already is replaced together with everything after it.</summary>
    /// <param name="entries">Ascending by one; the first at most one above <see cref="LastIndex"/>.</param>
    public void Append(EntryList entries) => Append(entries.Span);

    /// <inheritdoc cref="Append(EntryList)"/>
    public void Append(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty || entries[^1].Index < FirstIndex)
        {
            return;
        }

        if (entries[0].Index < FirstIndex)
        {
            entries = entries[(int)(FirstIndex - entries[0].Index)..];
        }

        if (entries[0].Index > LastIndex + 1)
        {
            throw new RaftInvariantException(
                $"append at {entries[0].Index} leaves a gap after the last index {LastIndex}");
        }

        int kept = (int)(entries[0].Index - FirstIndex);
        _payloadBytes -= EntrySize.Payload(_entries.AsSpan(kept, _count - kept));
        _payloadBytes += EntrySize.Payload(entries);
        if (kept < _count || kept + entries.Length > _entries.Length)
        {
            // What lies behind the cut may be in other hands, so a shorter log starts a new array.
            int capacity = Math.Max(MinimumCapacity, Math.Max(kept + entries.Length, kept * 2));
            Entry[] grown = new Entry[capacity];
            _entries.AsSpan(0, kept).CopyTo(grown);
            _entries = grown;
        }

        entries.CopyTo(_entries.AsSpan(kept));
        _count = kept + entries.Length;
    }
}
