using Etcdserverpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// Delivers events to the watches of some streams. Owned by one loop: every member is called by it alone. Synchronous,
/// without clock and threads, so that the same calls give the same responses.
/// <code>
///            Create: from now on                     Create: from the past
///                  │                                          │
///                  ▼                   credit spent           ▼
///   Publish ──▶ synced ────────────────────────────────▶ unsynced ──▶ compacted
///                  ▲                                          │ CatchUp
///                  └──────────────────────────────────────────┘
/// </code>
/// </summary>
/// <remarks>
/// <para>A watch whose stream has no credit keeps nothing but its next revision. When credit returns it reads on from
/// the recent revisions in memory, or else from the store, until it has everything and is synced again. So a slow
/// client costs no memory beyond its credit, many of them share a budget, and since the next revision moves only when a
/// response is handed over, nothing is lost or sent twice.</para>
/// <para>The newest view may be ahead of <see cref="Revision"/>, because batches reach the shard after the view is
/// visible. A watch from now on starts after the view, not after the last batch: a client that saw its put answered
/// must not get that put as an event.</para>
/// </remarks>
public sealed partial class WatchShard
{
    /// <summary>Watch id of responses that concern no single watch.</summary>
    public const long NoWatchId = -1;

    private readonly WatchShardOptions _options;
    private readonly IWatchHistory _history;
    private readonly RecentEvents _recent;
    private readonly WatcherIndex _synced = new();
    private readonly WatcherIndex _unsynced = new();
    private readonly List<WatchStreamState> _streams = [];
    private readonly InFlightBudget _inFlight;
    private readonly Queue<WatchStreamState> _toCatchUp = new();
    private long _openedStreams;

    /// <summary>Creates a shard without streams, at the revision of the newest view.</summary>
    public WatchShard(WatchShardOptions options, IWatchHistory history)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(history);
        _options = options;
        _history = history;
        _inFlight = new InFlightBudget(options);
        _recent = new RecentEvents(options.RecentRevisions, options.RecentBytes);
        Revision = history.Revision;
    }

    /// <summary>Last published revision: synced watches have everything up to it.</summary>
    public long Revision { get; private set; }

    /// <summary>Raft term in response headers; set by the owner when it changes.</summary>
    public ulong RaftTerm { get; set; }

    /// <summary>Number of streams.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Number of watches, synced or not.</summary>
    public int WatcherCount => _synced.Count + _unsynced.Count;

    /// <summary>Number of watches that lack revisions (<c>etcd_debugging_mvcc_slow_watcher_total</c>).</summary>
    public int SlowWatcherCount => _unsynced.Count;

    /// <summary>Bytes that sinks have taken and that were not returned yet.</summary>
    public long InFlightBytes => _inFlight.Bytes;

    /// <summary>Events handed to sinks since the start (<c>etcd_debugging_mvcc_events_total</c>).</summary>
    public long SentEventCount { get; private set; }

    /// <summary>True when <see cref="CatchUp"/> has something to do.</summary>
    public bool HasCatchUpWork => _toCatchUp.Count > 0;

    /// <summary>Adds a stream without watches.</summary>
    /// <param name="sink">Takes its responses.</param>
    /// <param name="nowMilliseconds">The clock of <see cref="Tick"/>.</param>
    public WatchStreamState OpenStream(IWatchSink sink, long nowMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(sink);
        WatchStreamState stream = new(sink, _inFlight, _openedStreams++)
        {
            Slot = _streams.Count,
        };
        stream.NextProgressMilliseconds = nowMilliseconds + ProgressInterval(stream);
        _streams.Add(stream);
        _nextProgressMilliseconds = Math.Min(_nextProgressMilliseconds, stream.NextProgressMilliseconds);
        return stream;
    }

    /// <summary>Removes a stream and its watches; nothing is sent any more. Closing twice has no effect.</summary>
    public void CloseStream(WatchStreamState stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.IsClosed)
        {
            return;
        }

        foreach (Watcher watcher in stream.Watchers.Values)
        {
            Unlink(watcher);
        }

        stream.Watchers.Clear();
        stream.Close();
        WatchStreamState last = _streams[^1];
        _streams[stream.Slot] = last;
        last.Slot = stream.Slot;
        _streams.RemoveAt(_streams.Count - 1);
    }

    /// <summary>
    /// Says that bytes of a stream's responses went out. Watches that waited for credit can catch up afterwards.
    /// </summary>
    /// <param name="stream">The stream; a closed one is ignored.</param>
    /// <param name="sizeBytes">The sum of the sizes given to the sink.</param>
    public void ReturnCredit(WatchStreamState stream, long sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.IsClosed)
        {
            return;
        }

        stream.Return(sizeBytes);
        stream.Flush();
        QueueCatchUp(stream);
    }

    /// <summary>
    /// Goes on at the newest view after revisions that were not published here, as when a leader's snapshot replaced
    /// the state: watches that had everything up to the old revision read the rest from the store, or learn that it is
    /// compacted.
    /// </summary>
    public void Restore()
    {
        long restored = _history.Revision;
        long seen = Revision;
        Revision = Math.Max(restored, seen);
        _recent.Clear();
        foreach (WatchStreamState stream in _streams)
        {
            foreach (Watcher watcher in stream.Watchers.Values)
            {
                long next = Math.Max(watcher.NextRevision, seen + 1);
                if (watcher.State == WatcherState.Synced && next <= Revision)
                {
                    _synced.Remove(watcher);
                    MakeUnsynced(watcher, next);
                }
            }
        }
    }

    private ResponseHeader HeaderAt(long revision)
    {
        if (_header is null || _header.Revision != revision || _header.RaftTerm != RaftTerm)
        {
            _header = new ResponseHeader
            {
                ClusterId = _options.ClusterId,
                MemberId = _options.MemberId,
                Revision = revision,
                RaftTerm = RaftTerm,
            };
        }

        return _header;
    }
}
