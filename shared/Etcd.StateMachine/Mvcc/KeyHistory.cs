namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The revisions of one key, in generations (etcd's <c>keyIndex</c>). A put opens or extends the open generation,
/// a tombstone closes it.
/// <para>
/// Immutable: a change makes another history, which shares the lists. Lists only ever grow behind the end that older
/// histories know, and compaction makes new ones. Only the newest history of a key may be changed.
/// </para>
/// <para>Thread-safe to read; changes belong to the apply loop.</para>
/// </summary>
internal sealed class KeyHistory
{
    private const int FirstListLength = 4;

    // All revisions but the newest, which stands in _last: most keys have one and need no list.
    private Revision[]? _older;
    private int _olderCount;
    private Revision _last;

    private Generation[]? _closed;
    private int _closedCount;

    // The open generation; empty (the key is deleted) when _openVersion is 0.
    private int _openStart;
    private long _openCreatedMain;
    private long _openVersion;
    private bool _hasLeases;

    private KeyHistory(byte[] key) => Key = key;

    private KeyHistory(KeyHistory other)
    {
        Key = other.Key;
        _older = other._older;
        _olderCount = other._olderCount;
        _last = other._last;
        _closed = other._closed;
        _closedCount = other._closedCount;
        _openStart = other._openStart;
        _openCreatedMain = other._openCreatedMain;
        _openVersion = other._openVersion;
        _hasLeases = other._hasLeases;
    }

    /// <summary>The key. Never modified.</summary>
    public byte[] Key { get; }

    /// <summary>True when the key exists after its newest revision.</summary>
    public bool IsLive => _openVersion > 0;

    /// <summary>The newest revision.</summary>
    public Revision Last => _last;

    /// <summary>Number of revisions, tombstones included; at least 1.</summary>
    public int Count => _olderCount + 1;

    /// <summary>Main revision of the put that created the living key; 0 for a deleted one.</summary>
    public long CreatedMain => _openVersion > 0 ? _openCreatedMain : 0;

    /// <summary>Version of the living key; 0 for a deleted one.</summary>
    public long Version => _openVersion;

    /// <summary>True when one of the puts may have had a lease, or the history cannot tell: then only a row does. Else
    /// a key-value is known from here, but for its value.</summary>
    public bool HasLeases => _hasLeases;

    /// <summary>A history that begins with a put.</summary>
    /// <param name="key">The key; ownership passes to the history.</param>
    /// <param name="revision">Revision of the put.</param>
    /// <param name="createdMain">Main revision of the creation; earlier than <paramref name="revision"/> when the
    /// first row that is left after a compaction is a later put.</param>
    /// <param name="version">Version of the put, from 1 (0 for a row without a value).</param>
    /// <param name="hasLease">True when the put has a lease.</param>
    public static KeyHistory BeginWithPut(
        byte[] key, Revision revision, long createdMain, long version, bool hasLease) => new(key)
    {
        _last = revision,
        _openCreatedMain = createdMain,
        _openVersion = Math.Max(1, version),
        _hasLeases = hasLease || version < 1,
    };

    /// <summary>A history of which a compaction left only the tombstone.</summary>
    public static KeyHistory BeginWithTombstone(byte[] key, Revision revision) => new(key)
    {
        _last = revision,
        _closed = [new Generation(CreatedMain: 0, Version: 1, Start: 0, End: 1)],
        _closedCount = 1,
        _openStart = 1,
    };

    /// <summary>The history with one put more. The revision must be greater than <see cref="Last"/>.</summary>
    public KeyHistory WithPut(Revision revision, bool hasLease)
    {
        var changed = new KeyHistory(this);
        changed.Append(revision);
        if (_openVersion == 0)
        {
            changed._openStart = changed._olderCount;
            changed._openCreatedMain = revision.Main;
        }

        changed._openVersion++;
        changed._hasLeases |= hasLease;
        return changed;
    }

    /// <summary>The history of a living key with a tombstone more. The revision must be greater than
    /// <see cref="Last"/>.</summary>
    public KeyHistory WithTombstone(Revision revision)
    {
        if (_openVersion == 0)
        {
            throw new InvalidOperationException($"tombstone at {revision} on a key that is deleted since {_last}");
        }

        var changed = new KeyHistory(this);
        changed.Append(revision);
        changed.AppendClosed(new Generation(_openCreatedMain, _openVersion + 1, _openStart, changed.Count));
        changed._openStart = changed.Count;
        changed._openCreatedMain = 0;
        changed._openVersion = 0;
        return changed;
    }

    /// <summary>Finds the state of the key as of a main revision; false when it does not exist there.</summary>
    public bool TryGet(long atMain, out Revision modified, out long createdMain, out long version)
    {
        if (atMain >= _last.Main)
        {
            (modified, createdMain, version) = (_last, _openCreatedMain, _openVersion);
            return _openVersion > 0;
        }

        if (_openVersion > 0 && At(_openStart).Main <= atMain)
        {
            int found = NewestAtOrBelow(atMain, _openStart, Count);
            (modified, createdMain, version) = (At(found), _openCreatedMain, _openVersion - (Count - found - 1));
            return true;
        }

        (modified, createdMain, version) = (default, 0, 0);
        for (int i = _closedCount - 1; i >= 0; i--)
        {
            Generation generation = _closed![i];
            if (At(generation.End - 1).Main <= atMain)
            {
                return false;
            }

            if (At(generation.Start).Main <= atMain)
            {
                int found = NewestAtOrBelow(atMain, generation.Start, generation.End);
                modified = At(found);
                createdMain = generation.CreatedMain;
                version = generation.Version - (generation.End - found - 1);
                return true;
            }
        }

        return false;
    }

    /// <summary>True when compacting at <paramref name="atMain"/> keeps the row of this revision.</summary>
    public bool IsKept(Revision revision, long atMain)
    {
        if (revision.Main > atMain)
        {
            return true;
        }

        (int inLife, int overall) = KeptAt(atMain);
        return (inLife >= 0 && At(inLife) == revision) || (overall >= 0 && At(overall) == revision);
    }

    /// <summary>
    /// The revision at or below <paramref name="atMain"/> that hashes count as alive there, if there is one (etcd's
    /// <c>keyIndex.keep</c>): of the first life that reaches it, unless that ends exactly there. A life that begins in
    /// the revision in which that one ends does not count.
    /// </summary>
    public void CollectKept(long atMain, ICollection<Revision> kept)
    {
        int inLife = KeptAt(atMain).InLife;
        if (inLife >= 0 && !IsTombstoneAt(inLife))
        {
            kept.Add(At(inLife));
        }
    }

    /// <summary>
    /// The history without what a compaction at <paramref name="atMain"/> forgets: this object when nothing is
    /// forgotten, null when nothing is left. Differs from etcd: when a key is deleted and created again within the
    /// compact revision itself, the new life is kept, because etcd's rule would lose a living key's row.
    /// </summary>
    public KeyHistory? Compact(long atMain)
    {
        int first = FirstKeptGeneration(atMain);
        (int start, int end) = BoundsOf(first);
        int newest = NewestAtOrBelow(atMain, start, end);
        int from = newest >= start ? newest : start;
        if (from >= Count)
        {
            return null;
        }

        if (from == 0)
        {
            return this;
        }

        var compacted = new KeyHistory(Key)
        {
            _last = _last,
            _olderCount = _olderCount - from,
            _openStart = Math.Max(_openStart, from) - from,
            _openCreatedMain = _openCreatedMain,
            _openVersion = _openVersion,
            _hasLeases = _hasLeases,
        };
        if (compacted._olderCount > 0)
        {
            compacted._older = _older.AsSpan(from, compacted._olderCount).ToArray();
        }

        if (first < _closedCount)
        {
            var closed = new Generation[_closedCount - first];
            for (int i = 0; i < closed.Length; i++)
            {
                Generation old = _closed![first + i];
                closed[i] = old with { Start = Math.Max(old.Start, from) - from, End = old.End - from };
            }

            compacted._closed = closed;
            compacted._closedCount = closed.Length;
        }

        return compacted;
    }

    /// <summary>The revision at a position from 0, oldest first.</summary>
    public Revision At(int position) => position == _olderCount ? _last : _older![position];

    /// <summary>True when the revision at a position is a tombstone.</summary>
    public bool IsTombstoneAt(int position)
    {
        for (int i = 0; i < _closedCount; i++)
        {
            if (_closed![i].End - 1 == position)
            {
                return true;
            }
        }

        return false;
    }

    // Positions of the newest revision at or below a main revision, -1 for none: in the first life that reaches it,
    // and in a life that begins in the very revision in which that one ends.
    private (int InLife, int Overall) KeptAt(long atMain)
    {
        (int start, int end) = BoundsOf(FirstKeptGeneration(atMain));
        int inLife = NewestAtOrBelow(atMain, start, end);
        int overall = NewestAtOrBelow(atMain, end, Count);
        return (inLife >= start ? inLife : -1, overall >= end ? overall : -1);
    }

    private int FirstKeptGeneration(long atMain)
    {
        int index = 0;
        while (index < _closedCount && At(_closed![index].End - 1).Main < atMain)
        {
            index++;
        }

        return index;
    }

    private (int Start, int End) BoundsOf(int generation) =>
        generation < _closedCount ? (_closed![generation].Start, _closed[generation].End) : (_openStart, Count);

    // Position of the newest revision at or below a main revision within [start, end); start - 1 when there is none.
    private int NewestAtOrBelow(long atMain, int start, int end)
    {
        int low = start;
        int high = end;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            if (At(middle).Main <= atMain)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private void Append(Revision revision)
    {
        if (revision <= _last)
        {
            throw new InvalidOperationException($"revision {revision} is not greater than the key's last {_last}");
        }

        if (_older is null || _olderCount == _older.Length)
        {
            var grown = new Revision[_older is null ? FirstListLength : _older.Length * 2];
            _older.AsSpan(0, _olderCount).CopyTo(grown);
            _older = grown;
        }

        _older[_olderCount++] = _last;
        _last = revision;
    }

    private void AppendClosed(Generation generation)
    {
        if (_closed is null || _closedCount == _closed.Length)
        {
            var grown = new Generation[_closed is null ? 1 : _closed.Length * 2];
            _closed.AsSpan(0, _closedCount).CopyTo(grown);
            _closed = grown;
        }

        _closed[_closedCount++] = generation;
    }
}
