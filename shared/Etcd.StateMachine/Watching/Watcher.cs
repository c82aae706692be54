using Etcdserverpb;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>One watch. Owned by the shard loop.</summary>
internal sealed class Watcher
{
    private readonly bool _noPut;
    private readonly bool _noDelete;

    public Watcher(WatchStreamState stream, long id, WatchCreateRequest request, byte[] key, byte[]? end, bool isRange)
    {
        Stream = stream;
        Id = id;
        Key = key;
        End = end;
        IsRange = isRange;
        StartRevision = request.StartRevision;
        WantsPrevious = request.PrevKv;
        WantsFragments = request.Fragment;
        WantsProgress = request.ProgressNotify;
        _noPut = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput);
        _noDelete = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete);
    }

    /// <summary>The stream it belongs to.</summary>
    public WatchStreamState Stream { get; }

    /// <summary>Id, unique on the stream.</summary>
    public long Id { get; }

    /// <summary>The key, or the first key of the range.</summary>
    public byte[] Key { get; }

    /// <summary>End of the range, exclusive; null for no end, and for a single key.</summary>
    public byte[]? End { get; }

    /// <summary>False for a single key.</summary>
    public bool IsRange { get; }

    /// <summary>First revision that the client asked for; 0 for whatever comes next.</summary>
    public long StartRevision { get; }

    /// <summary>True when events carry the value before the change.</summary>
    public bool WantsPrevious { get; }

    /// <summary>True when large responses may be cut.</summary>
    public bool WantsFragments { get; }

    /// <summary>True for periodic responses without events.</summary>
    public bool WantsProgress { get; }

    /// <summary>False when an event was sent since the last progress tick, which then sends nothing.</summary>
    public bool IsProgressDue { get; set; } = true;

    /// <summary>How far it is.</summary>
    public WatcherState State { get; set; }

    /// <summary>
    /// Everything below has been sent or does not concern it. Exact while unsynced; while synced a lower bound that
    /// suppresses revisions before a start in the future.
    /// </summary>
    public long NextRevision { get; set; }

    /// <summary>Events collected for the response being made; null between responses.</summary>
    public List<Event>? Collected { get; set; }

    /// <summary>True while it takes part in the present catch-up read.</summary>
    public bool IsInPass { get; set; }

    /// <summary>The set of watchers with the same key or range in the index that holds it.</summary>
    public List<Watcher>? IndexSet { get; set; }

    /// <summary>Position in <see cref="IndexSet"/>.</summary>
    public int IndexSlot { get; set; }

    /// <summary>Position in the stream's list of unsynced watchers.</summary>
    public int UnsyncedSlot { get; set; }

    /// <summary>True when the client does not want events of this type.</summary>
    public bool Filters(Event change) => change.Type == Event.Types.EventType.Put ? _noPut : _noDelete;
}
