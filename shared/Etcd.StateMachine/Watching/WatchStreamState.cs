namespace Etcd.StateMachine.Watching;

/// <summary>
/// One watch stream of a client: its watches, its credit and what waits for room in its sink. Made by
/// <see cref="WatchShard.OpenStream"/>, owned by that shard's loop; others only hand it back to the shard.
/// </summary>
/// <remarks>
/// All watches of a stream live in one shard. Then the order of its responses is the order in which one thread made
/// them, so a created response precedes events, nothing follows a canceled one, and a progress response needs no
/// agreement between shards to be never ahead of an event. Streams, not watches, spread the load over shards.
/// </remarks>
public sealed class WatchStreamState
{
    private readonly Queue<WatchMessage> _outbox = new();
    private readonly InFlightBudget _budget;
    private long _inFlightBytes;
    private int _waitingResponses;

    internal WatchStreamState(IWatchSink sink, InFlightBudget budget, long number)
    {
        Sink = sink;
        _budget = budget;
        Number = number;
    }

    /// <summary>Number of responses that wait for credit or room in the sink. A reader of requests pauses while there
    /// are more than a few, so that a client cannot pile up answers that it does not read. Readable from any thread.
    /// </summary>
    public int WaitingResponses => Volatile.Read(ref _waitingResponses);

    /// <summary>Number of watches.</summary>
    public int WatcherCount => Watchers.Count;

    /// <summary>True after <see cref="WatchShard.CloseStream"/>.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Where responses go.</summary>
    internal IWatchSink Sink { get; }

    /// <summary>Number of the stream in its shard.</summary>
    internal long Number { get; }

    /// <summary>Watches by id.</summary>
    internal Dictionary<long, Watcher> Watchers { get; } = [];

    /// <summary>Watches that lack revisions.</summary>
    internal List<Watcher> Unsynced { get; } = [];

    /// <summary>Watches that were told that their start is compacted.</summary>
    internal int CompactedCount { get; set; }

    /// <summary>Candidate for the next id that the shard chooses.</summary>
    internal long NextWatchId { get; set; }

    /// <summary>True while the stream stands in the queue of streams to catch up.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Revision at which a requested progress response may be sent; 0 when none is requested.</summary>
    internal long ProgressTarget { get; set; }

    /// <summary>When the next progress notifications are due.</summary>
    internal long NextProgressMilliseconds { get; set; }

    /// <summary>Position in the shard's list of streams.</summary>
    internal int Slot { get; set; }

    /// <summary>True when an answer made now goes out at once.</summary>
    internal bool CanAnswer => !IsClosed && HasCredit && _outbox.Count == 0;

    /// <summary>True when events go out at once. Answers, which are small and few, may use what others leave no room
    /// for.</summary>
    internal bool CanDeliver => CanAnswer && _inFlightBytes < _budget.StreamBytes;

    private bool HasCredit => _inFlightBytes < _budget.CreditBytes;

    /// <summary>Hands a response to the sink, or lets it wait behind those that wait already.</summary>
    internal void Send(in WatchMessage message)
    {
        if (_outbox.Count == 0 && Sink.TrySend(message))
        {
            Count(message.SizeBytes);
        }
        else
        {
            Wait(message);
        }
    }

    /// <summary>Lets a response wait for credit.</summary>
    internal void Wait(in WatchMessage message)
    {
        _outbox.Enqueue(message);
        Volatile.Write(ref _waitingResponses, _outbox.Count);
    }

    /// <summary>Hands over what waits, in order, while there is credit and room.</summary>
    internal void Flush()
    {
        while (HasCredit && _outbox.TryPeek(out WatchMessage next) && Sink.TrySend(next))
        {
            _outbox.Dequeue();
            Count(next.SizeBytes);
        }

        Volatile.Write(ref _waitingResponses, _outbox.Count);
    }

    /// <summary>Takes bytes back that went out.</summary>
    internal void Return(long sizeBytes) => Count(-Math.Min(sizeBytes, _inFlightBytes));

    /// <summary>Drops what waits and takes nothing more.</summary>
    internal void Close()
    {
        IsClosed = true;
        Count(-_inFlightBytes);
        _outbox.Clear();
        Volatile.Write(ref _waitingResponses, 0);
    }

    private void Count(long sizeBytes)
    {
        _inFlightBytes += sizeBytes;
        _budget.Add(sizeBytes);
    }
}
