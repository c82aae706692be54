using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <content>Reads that walk the rows of the engine: events for watchers that lag, and hashes.</content>
public sealed partial class MvccView
{
    /// <summary>Events of the revisions from <paramref name="fromRevision"/>, inclusive, in ascending order, at most
    /// up to <see cref="Revision"/>; the error says that the start is compacted.</summary>
    /// <param name="fromRevision">First revision, at least 1; the compact revision itself is still readable.</param>
    /// <param name="maxRevisions">Largest number of revisions returned.</param>
    /// <param name="maxBytes">The walk ends after the revision that reaches this many bytes of rows.</param>
    /// <param name="nextRevision">Where to go on; <see cref="Revision"/> + 1 when all is read.</param>
    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision)
    {
        nextRevision = Math.Max(fromRevision, Revision + 1);
        Span<byte> from = stackalloc byte[RevisionKey.Length];
        Span<byte> to = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(from, new Revision(fromRevision, 0));
        RevisionKey.Write(to, new Revision(nextRevision, 0));
        using IKvCursor cursor = _source.Reader.Scan(Bucket.Key, from, to);

        // A sweep starts after the view with its compact revision is published. So when no newer compaction reaches
        // the start by now, the cursor sees every row.
        if (fromRevision < _source.Latest.CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        var revisions = new List<RevisionEvents>();
        var events = new List<Event>();
        long main = 0;
        long bytes = 0;
        while (cursor.MoveNext())
        {
            Revision revision = RevisionKey.Read(cursor.Key);
            if (revision.Main != main && events.Count > 0)
            {
                revisions.Add(new RevisionEvents(main, events.ToArray()));
                events.Clear();
                if (revisions.Count >= maxRevisions || bytes >= maxBytes)
                {
                    nextRevision = revision.Main;
                    return (revisions, null);
                }
            }

            main = revision.Main;
            bytes += cursor.Value.Length;
            if (ToEvent(cursor, revision) is { } next)
            {
                events.Add(next);
            }
        }

        if (events.Count > 0)
        {
            revisions.Add(new RevisionEvents(main, events.ToArray()));
        }

        return (revisions, null);
    }

    /// <summary>Hashes of the newest finished compactions, ascending by revision; nobody may modify it.</summary>
    public IReadOnlyList<HashKvResult> CompactionHashes => _source.Hashes;

    /// <summary>Hash of the store at a revision, 0 or less for the current one (etcd's <c>HashKV</c>). Reads every
    /// row up to it.</summary>
    public (HashKvResult Result, EtcdError? Error) HashKv(long revision)
    {
        foreach (HashKvResult stored in _source.Hashes)
        {
            if (stored.HashRevision == revision)
            {
                return (stored with { CurrentRevision = Revision }, null);
            }
        }

        MvccView view = this;
        while (true)
        {
            if (revision > 0 && revision < view.CompactRevision)
            {
                return (default, EtcdErrors.Compacted);
            }

            if (revision > view.Revision)
            {
                return (default, EtcdErrors.FutureRevision);
            }

            // Rows above the revision do not count, so the cursor need not be the view's own moment; but rows that a
            // compaction unknown to the view removes would be missed.
            using IKvCursor cursor = _source.Reader.Scan(Bucket.Key, [], []);
            MvccView latest = _source.Latest;
            if (latest.CompactRevision == view.CompactRevision)
            {
                return (view.HashRows(cursor, revision > 0 ? revision : view.Revision), null);
            }

            view = latest;
        }
    }

    /// <summary>The revisions at or below <paramref name="atRevision"/> that hashes count as alive there.</summary>
    internal HashSet<Revision> Keep(long atRevision)
    {
        var collector = new KeepCollector(atRevision, []);
        IndexReader.Visit(_root, [], [], hasTo: false, ref collector);
        return collector.Kept;
    }

    private static Event? ToEvent(IKvCursor cursor, Revision revision)
    {
        KeyValue value = KeyValueRow.Parse(cursor.Value);
        if (value.Key.IsEmpty)
        {
            // The mark that a restore with a raised revision leaves: it holds the revision, no key.
            return null;
        }

        if (!RevisionKey.IsTombstone(cursor.Key))
        {
            return new Event { Type = Event.Types.EventType.Put, Kv = value };
        }

        value.ModRevision = revision.Main;
        return new Event { Type = Event.Types.EventType.Delete, Kv = value };
    }

    // When nothing at all is alive, etcd hashes whatever rows there are, so its hash changes while a sweep goes on.
    // Differs from etcd: the hash is at once what it is after the sweep, so that members agree.
    private bool IsSweptBy(IKvCursor cursor, Revision revision) =>
        IndexReader.Find(_root, KeyValueRow.ReadHead(cursor.Value).Key) is not { } history
        || !history.IsKept(revision, CompactRevision);

    private HashKvResult HashRows(IKvCursor cursor, long atRevision)
    {
        var hasher = new RevisionHasher(CompactRevision, atRevision);
        HashSet<Revision>? keep = CompactRevision >= 0 ? Keep(atRevision) : null;
        while (cursor.MoveNext())
        {
            Revision revision = RevisionKey.Read(cursor.Key);
            if (revision.Main > atRevision)
            {
                break;
            }

            bool isCompacted = keep is not null && hasher.NeedsKeep(revision)
                && (keep.Count > 0 ? !keep.Contains(revision) : IsSweptBy(cursor, revision));
            if (!isCompacted)
            {
                hasher.Append(cursor.Key, cursor.Value, revision);
            }
        }

        return new HashKvResult(hasher.Value, CompactRevision, atRevision, Revision);
    }

    private readonly struct KeepCollector(long atMain, HashSet<Revision> kept) : IIndexVisitor
    {
        public HashSet<Revision> Kept => kept;

        public bool Visit(KeyHistory history)
        {
            history.CollectKept(atMain, kept);
            return true;
        }
    }
}
