using System.Threading.Tasks.Sources;
using Etcd.Node.Watching;
using Etcd.StateMachine.Watching;

namespace Etcd.Member.Grpc;

/// <summary>
/// The queue between a watch shard and the writer of one stream. The shard's thread puts, and wakes the writer when it
/// has put all of its turn; the writer runs on that thread when there is little to write, else on the pool, and takes.
/// </summary>
/// <param name="neverHere">True when the taker does more than to write, and so never runs on the shard's thread.
/// </param>
internal sealed class WatchSink(bool neverHere) : IWatchStreamSink, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    /// <summary>
    /// Responses in the queue. Its bytes are bounded by the stream's credit; this bounds the number of tiny ones,
    /// and is what etcd's channel of a stream holds.
    /// </summary>
    private const int Capacity = 128;

    private readonly Lock _gate = new();
    private readonly Queue<WatchMessage> _queue = new();
    private ManualResetValueTaskSourceCore<bool> _awakening;
    private bool _isAsleep;
    private bool _isClosed;
    private volatile bool _isFull;

    /// <summary>True while a response waits for room: the client takes less than it asks for.</summary>
    public bool IsFull => _isFull;

    /// <inheritdoc/>
    public bool TrySend(in WatchMessage message)
    {
        lock (_gate)
        {
            _isFull = !_isClosed && _queue.Count == Capacity;
            if (_isClosed || _isFull)
            {
                return _isClosed;
            }

            _queue.Enqueue(message);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Flush(bool here)
    {
        lock (_gate)
        {
            if (!_isAsleep || (_queue.Count == 0 && !_isClosed))
            {
                return;
            }

            _isAsleep = false;
        }

        if (here && !neverHere)
        {
            Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Drops whatever comes from now on, and wakes the writer on the pool.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _queue.Clear();
        }

        Flush(here: false);
    }

    /// <summary>Sleeps until there is something to take; false once closed. The writer's, one call at a time.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_isClosed || _queue.Count > 0)
            {
                return ValueTask.FromResult(!_isClosed);
            }

            _awakening.Reset();
            _isAsleep = true;
            return new(this, _awakening.Version);
        }
    }

    /// <summary>Takes the next response. The writer's.</summary>
    public bool TryTake(out WatchMessage message)
    {
        lock (_gate)
        {
            return _queue.TryDequeue(out message);
        }
    }

    /// <summary>Wakes the writer, on this thread.</summary>
    public void Execute() => _awakening.SetResult(!Volatile.Read(ref _isClosed));

    /// <inheritdoc/>
    bool IValueTaskSource<bool>.GetResult(short token) => _awakening.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _awakening.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _awakening.OnCompleted(continuation, state, token, flags);
}
