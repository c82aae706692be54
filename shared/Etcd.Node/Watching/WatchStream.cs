using Etcd.StateMachine.Watching;
using Etcdserverpb;

namespace Etcd.Node.Watching;

/// <summary>
/// One client's watch stream. Its methods hand messages to the shard that owns the stream and return at once; they are
/// thread-safe. Responses come to the <see cref="IWatchStreamSink"/> given at opening, on the shard's thread.
/// </summary>
public sealed class WatchStream : IWatchSink, IDisposable
{
    private readonly WatchShardLoop _shard;
    private readonly IWatchStreamSink _sink;
    private bool _isTouched;
    private int _waitingRequests;
    private int _closed;

    internal WatchStream(WatchShardLoop shard, IWatchStreamSink sink)
    {
        _shard = shard;
        _sink = sink;
    }

    /// <summary>Requests that the shard has not handled yet, and answers for which the client left no room. A reader of
    /// requests pauses while there are many, so that a client cannot fill the inbox or pile up answers.</summary>
    public int WaitingRequests => Volatile.Read(ref _waitingRequests) + (State?.WaitingResponses ?? 0);

    /// <summary>The shard's part; null until the shard has opened it. Owned by the shard's loop.</summary>
    internal WatchStreamState? State { get; set; }

    /// <summary>Hands in a request.</summary>
    /// <param name="request">Create, cancel or progress; an empty one is ignored. Not modified afterwards.</param>
    /// <param name="denial">Why the caller may not watch the keys of a create request, as text of the cancel reason;
    /// null when it may.</param>
    public void Request(WatchRequest request, string? denial)
    {
        Interlocked.Increment(ref _waitingRequests);
        _shard.Post(new WatchInput(WatchInputKind.Request, this, request, denial, 0, null));
    }

    /// <summary>Says that bytes of responses went out, which makes room for further ones.</summary>
    /// <param name="sizeBytes">The sum of the sizes given to the sink.</param>
    public void ReturnCredit(long sizeBytes) =>
        _shard.Post(new WatchInput(WatchInputKind.Credit, this, null, null, sizeBytes, null));

    /// <summary>Ends the stream: nothing is sent any more once the shard has seen it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _shard.CloseStream(this);
        }
    }

    /// <inheritdoc/>
    bool IWatchSink.TrySend(in WatchMessage message)
    {
        bool taken = _sink.TrySend(message);
        if (taken)
        {
            _shard.Taken(this, message.SizeBytes, isFirst: !_isTouched);
            _isTouched = true;
        }

        return taken;
    }

    /// <summary>The shard's turn is over.</summary>
    internal void Flush(bool here)
    {
        _isTouched = false;
        _sink.Flush(here);
    }

    /// <summary>The shard has handled a request.</summary>
    internal void RequestHandled() => Interlocked.Decrement(ref _waitingRequests);
}
