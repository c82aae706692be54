using Etcd.Protocol.Errors;
using Etcd.StateMachine.Watching;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

/// <summary>
/// A store that keeps every revision, so that a test can say what any watch must see. Its view runs ahead of what it
/// has handed out as batches.
/// </summary>
internal sealed class ModelStore : IWatchHistory
{
    private readonly List<RevisionEvents> _log = [];
    private readonly Dictionary<string, KeyValue> _living = [];
    private int _published;

    public long Revision => 1 + _log.Count;

    public long CompactRevision { get; private set; } = -1;

    public int Reads { get; private set; }

    /// <summary>All revisions, from 2.</summary>
    public IReadOnlyList<RevisionEvents> Log => _log;

    /// <summary>Applies changes as one revision: a key puts the value, a key with '-' before it deletes.</summary>
    public void Apply(string value, params string[] keys)
    {
        long revision = Revision + 1;
        List<Event> events = [];
        foreach (string key in keys)
        {
            if (key.StartsWith('-'))
            {
                if (_living.Remove(key[1..]))
                {
                    KeyValue tombstone = new() { Key = ByteString.CopyFromUtf8(key[1..]), ModRevision = revision };
                    events.Add(new Event { Type = Event.Types.EventType.Delete, Kv = tombstone });
                }

                continue;
            }

            KeyValue? before = _living.GetValueOrDefault(key);
            KeyValue after = new()
            {
                Key = ByteString.CopyFromUtf8(key),
                Value = ByteString.CopyFromUtf8(value),
                CreateRevision = before?.CreateRevision ?? revision,
                ModRevision = revision,
                Version = (before?.Version ?? 0) + 1,
            };
            _living[key] = after;
            events.Add(new Event { Kv = after });
        }

        if (events.Count > 0)
        {
            _log.Add(new RevisionEvents(revision, events));
        }
    }

    public void Compact(long revision) => CompactRevision = Math.Max(CompactRevision, revision);

    /// <summary>Hands out at most <paramref name="revisions"/> of those not handed out yet.</summary>
    public EventBatch? NextBatch(int revisions)
    {
        int count = Math.Min(revisions, _log.Count - _published);
        if (count == 0)
        {
            return null;
        }

        EventBatch batch = new(_log.GetRange(_published, count));
        _published += count;
        return batch;
    }

    /// <summary>Marks everything as handed out, as a snapshot from the leader does.</summary>
    public void SkipBatches() => _published = _log.Count;

    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision)
    {
        Reads++;
        nextRevision = fromRevision;
        if (fromRevision < CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        List<RevisionEvents> read = [];
        long bytes = 0;
        nextRevision = Math.Max(2, fromRevision);
        while (nextRevision <= Revision && read.Count < maxRevisions && bytes < maxBytes)
        {
            RevisionEvents events = _log[(int)nextRevision - 2];
            bytes += events.Events.Sum(static change => change.CalculateSize());
            read.Add(events);
            nextRevision++;
        }

        return (read, null);
    }

    public KeyValue? GetAt(ByteString key, long revision) => revision < CompactRevision ? null : At(key, revision);

    /// <summary>The key as of a revision, compacted or not.</summary>
    public KeyValue? At(ByteString key, long revision)
    {
        for (int index = (int)Math.Min(revision, Revision) - 2; index >= 0; index--)
        {
            foreach (Event change in _log[index].Events.Reverse())
            {
                if (change.Kv.Key.Equals(key))
                {
                    return change.Type == Event.Types.EventType.Put ? change.Kv : null;
                }
            }
        }

        return null;
    }
}
