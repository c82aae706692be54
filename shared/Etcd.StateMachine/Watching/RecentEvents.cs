using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// The newest published revisions, without gaps, bounded in number and bytes. Owned by the shard loop. The newest
/// revision is always kept, whatever its size.
/// </summary>
internal sealed class RecentEvents
{
    private readonly Queue<(RevisionEvents Events, long SizeBytes)> _evictionOrder = new();
    private readonly RevisionEvents?[] _byRevision;
    private readonly long _maxBytes;
    private long _bytes;

    public RecentEvents(int maxRevisions, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRevisions, 1);
        _byRevision = new RevisionEvents?[maxRevisions];
        _maxBytes = maxBytes;
    }

    /// <summary>Oldest kept revision; <see cref="long.MaxValue"/> when none is kept.</summary>
    public long First => _evictionOrder.TryPeek(out (RevisionEvents Events, long SizeBytes) oldest)
        ? oldest.Events.Revision
        : long.MaxValue;

    /// <summary>Appends the revision after the newest one.</summary>
    public void Add(RevisionEvents events)
    {
        long size = SizeOf(events);
        while (_evictionOrder.Count > 0
            && (_evictionOrder.Count == _byRevision.Length || _bytes + size > _maxBytes))
        {
            (RevisionEvents oldest, long oldestSize) = _evictionOrder.Dequeue();
            _byRevision[SlotOf(oldest.Revision)] = null;
            _bytes -= oldestSize;
        }

        _evictionOrder.Enqueue((events, size));
        _byRevision[SlotOf(events.Revision)] = events;
        _bytes += size;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _evictionOrder.Clear();
        Array.Clear(_byRevision);
        _bytes = 0;
    }

    /// <summary>Reads kept revisions.</summary>
    /// <param name="from">First revision, at least <see cref="First"/>.</param>
    /// <param name="through">Last revision, at most the newest one.</param>
    /// <param name="maxRevisions">Largest number of revisions.</param>
    /// <param name="maxBytes">The read ends after the revision that reaches this many bytes.</param>
    /// <param name="into">Takes the revisions.</param>
    /// <returns>First revision not read.</returns>
    public long Read(long from, long through, int maxRevisions, long maxBytes, List<RevisionEvents> into)
    {
        long bytes = 0;
        long revision = from;
        for (; revision <= through && into.Count < maxRevisions && bytes < maxBytes; revision++)
        {
            RevisionEvents events = _byRevision[SlotOf(revision)]
                ?? throw new InvalidOperationException($"revision {revision} is not kept; the first is {First}");
            into.Add(events);
            bytes += SizeOf(events);
        }

        return revision;
    }

    private static long SizeOf(RevisionEvents events)
    {
        long size = 0;
        IReadOnlyList<Event> list = events.Events;
        for (int index = 0; index < list.Count; index++)
        {
            size += list[index].Kv.Key.Length + list[index].Kv.Value.Length;
        }

        return size;
    }

    private int SlotOf(long revision) => (int)(revision % _byRevision.Length);
}
