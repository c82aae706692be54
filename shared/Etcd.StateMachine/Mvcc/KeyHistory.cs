namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The revisions of one key, in generations (etcd's <c>keyIndex</c>). A put opens or extends the open generation,
/// a tombstone closes it.
/// <para>
/// A put on a living key adds its revision in place: it changes nothing about any revision before it, and whoever reads
/// meanwhile asks for one of those. Everything else makes another history, which shares the lists. Lists only ever grow
/// behind the end that others know, and compaction makes new ones. Only the newest history of a key may be changed.
/// </para>
/// <para>
/// Thread-safe to read, without waiting, at revisions that were published before; changes belong to the apply loop. A
/// put writes (1) the former newest revision behind the older ones, (2) their number, marked, (3) the newest, (4) the
/// number without the mark. A reader that finds the same number without a mark before and after it read the newest
/// revision has read what belongs together. Any other takes the older ones alone: they hold all but revisions of puts
/// that are under way or came after it began.
/// </para>
/// </summary>
internal sealed class KeyHistory
{
    private const int FirstListLength = 4;

    // All revisions but the newest, which stands in _last: most keys have one and need no list.
    private Revision[]? _older;

    // Its complement while a put is under way.
    private int _olderCount;
    private Revision _last;

    private Generation[]? _closed;
    private int _closedCount;

    // The open generation; without revisions when the key is deleted.
    private int _openStart;
    private long _openCreatedMain;
    private bool _isLive;
    private bool _hasLeases;

    // Version of the living key less the number of all revisions: a put adds one to both.
    private long _versionOffset;

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
        _isLive = other._isLive;
        _versionOffset = other._versionOffset;
        _hasLeases = other._hasLeases;
    }

    /// <summary>The key. Never modified.</summary>
    public byte[] Key { get; }

    /// <summary>True when the key exists after its newest revision.</summary>
    public bool IsLive => _isLive;

    /// <summary>The newest revision.</summary>
    public Revision Last => Revisions.Last;

    /// <summary>Number of revisions, tombstones included; at least 1.</summary>
    public int Count => Revisions.Count;

    /// <summary>Main revision of the put that created the living key; 0 for a deleted one.</summary>
    public long CreatedMain => _isLive ? _openCreatedMain : 0;

    /// <summary>Version of the living key; 0 for a deleted one.</summary>
    public long Version => _isLive ? _versionOffset + Count : 0;

    /// <summary>True when one of the puts may have had a lease, or the history cannot tell: then only a row does. Else
    /// a key-value is known from here, but for its value.</summary>
    public bool HasLeases => _hasLeases;

    private RevisionList Revisions
    {
        get
        {
            int count = Volatile.Read(ref _olderCount);
            Revision last = _last;
            Volatile.ReadBarrier();
            int countNow = Volatile.Read(ref _olderCount);

            // Read last: it has at least as many as any number read before.
            Revision[]? older = _older;
            if (count >= 0 && countNow == count)
            {
                return new RevisionList(older, count, last);
            }

            int known = (countNow >= 0 ? countNow : ~countNow) - 1;
            return new RevisionList(older, known, older![known]); // A put is under way or was: there is an older one.
        }
    }

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
        _isLive = true,
        _versionOffset = Math.Max(1, version) - 1,
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

    /// <summary>Adds a put. The revision must be greater than <see cref="Last"/>.</summary>
    /// <returns>This history, changed in place, when the key lives; else another one.</returns>
    public KeyHistory WithPut(Revision revision, bool hasLease)
    {
        if (_isLive)
        {
            _hasLeases |= hasLease;
            Append(revision);
            return this;
        }

        var changed = new KeyHistory(this);
        changed.Append(revision);
        changed._openStart = changed._olderCount;
        changed._openCreatedMain = revision.Main;
        changed._isLive = true;
        changed._versionOffset = 1 - changed.Count;
        changed._hasLeases |= hasLease;
        return changed;
    }

    /// <summary>The history of a living key with a tombstone more. The revision must be greater than
    /// <see cref="Last"/>.</summary>
    public KeyHistory WithTombstone(Revision revision)
    {
        if (!_isLive)
        {
            throw new InvalidOperationException($"tombstone at {revision} on a key that is deleted since {_last}");
        }

        var changed = new KeyHistory(this);
        changed.Append(revision);
        changed.AppendClosed(new Generation(_openCreatedMain, Version + 1, _openStart, changed.Count));
        changed._openStart = changed.Count;
        changed._openCreatedMain = 0;
        changed._isLive = false;
        changed._versionOffset = 0;
        return changed;
    }

    /// <summary>Finds the state of the key as of a main revision; false when it does not exist there.</summary>
    public bool TryGet(long atMain, out Revision modified, out long createdMain, out long version)
    {
        RevisionList revisions = Revisions;
        if (atMain >= revisions.Last.Main)
        {
            modified = revisions.Last;
            (createdMain, version) = _isLive ? (_openCreatedMain, _versionOffset + revisions.Count) : (0, 0);
            return _isLive;
        }

        if (_isLive && revisions[_openStart].Main <= atMain)
        {
            int found = revisions.NewestAtOrBelow(atMain, _openStart, revisions.Count);
            (modified, createdMain, version) = (revisions[found], _openCreatedMain, _versionOffset + found + 1);
            return true;
        }

        (modified, createdMain, version) = (default, 0, 0);
        for (int i = _closedCount - 1; i >= 0; i--)
        {
            Generation generation = _closed![i];
            if (revisions[generation.End - 1].Main <= atMain)
            {
                return false;
            }

            if (revisions[generation.Start].Main <= atMain)
            {
                int found = revisions.NewestAtOrBelow(atMain, generation.Start, generation.End);
                modified = revisions[found];
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

        RevisionList revisions = Revisions;
        (int inLife, int overall) = KeptAt(revisions, atMain);
        return (inLife >= 0 && revisions[inLife] == revision) || (overall >= 0 && revisions[overall] == revision);
    }

    /// <summary>
    /// The revision at or below <paramref name="atMain"/> that hashes count as alive there, if there is one (etcd's
    /// <c>keyIndex.keep</c>): of the first life that reaches it, unless that ends exactly there. A life that begins in
    /// the revision in which that one ends does not count.
    /// </summary>
    public void CollectKept(long atMain, ICollection<Revision> kept)
    {
        RevisionList revisions = Revisions;
        int inLife = KeptAt(revisions, atMain).InLife;
        if (inLife >= 0 && !IsTombstoneAt(inLife))
        {
            kept.Add(revisions[inLife]);
        }
    }

    /// <summary>
    /// The history without what a compaction at <paramref name="atMain"/> forgets: this object when nothing is
    /// forgotten, null when nothing is left. Differs from etcd: when a key is deleted and created again within the
    /// compact revision itself, the new life is kept, because etcd's rule would lose a living key's row.
    /// </summary>
    public KeyHistory? Compact(long atMain)
    {
        RevisionList revisions = Revisions;
        int first = FirstKeptGeneration(revisions, atMain);
        (int start, int end) = BoundsOf(revisions, first);
        int newest = revisions.NewestAtOrBelow(atMain, start, end);
        int from = newest >= start ? newest : start;
        if (from >= revisions.Count)
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
            _isLive = _isLive,
            _versionOffset = _isLive ? _versionOffset + from : 0,
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
    public Revision At(int position) => Revisions[position];

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
    private (int InLife, int Overall) KeptAt(in RevisionList revisions, long atMain)
    {
        (int start, int end) = BoundsOf(revisions, FirstKeptGeneration(revisions, atMain));
        int inLife = revisions.NewestAtOrBelow(atMain, start, end);
        int overall = revisions.NewestAtOrBelow(atMain, end, revisions.Count);
        return (inLife >= start ? inLife : -1, overall >= end ? overall : -1);
    }

    private int FirstKeptGeneration(in RevisionList revisions, long atMain)
    {
        int index = 0;
        while (index < _closedCount && revisions[_closed![index].End - 1].Main < atMain)
        {
            index++;
        }

        return index;
    }

    private (int Start, int End) BoundsOf(in RevisionList revisions, int generation) => generation < _closedCount
        ? (_closed![generation].Start, _closed[generation].End)
        : (_openStart, revisions.Count);

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
            Volatile.Write(ref _older, grown);
        }

        _older[_olderCount] = _last;
        int count = _olderCount + 1;
        Volatile.Write(ref _olderCount, ~count);
        Volatile.WriteBarrier();
        _last = revision;
        Volatile.Write(ref _olderCount, count);
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
