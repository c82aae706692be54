using Etcd.Node.Diagnostics;
using Etcd.Node.Loops;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;

namespace Etcd.Node.Watching;

/// <summary>
/// Drives one <see cref="WatchShard"/>. Its thread owns the shard and blocks on its inbox; while watches lack
/// revisions, it catches up one bounded step at a time between inbox visits. Streams are told of their responses after
/// each visit and each step, not after each response.
/// </summary>
internal sealed class WatchShardLoop
{
    // What the shard's thread writes to streams itself in a turn: tens of microseconds of work, as long as it takes
    // to wake the threads of their writers. More than that is spread over these.
    private const int FewResponses = 64;
    private const int FewBytes = 64 << 10;

    private readonly WatchShard _shard;
    private readonly NodeMetrics _metrics;
    private readonly Func<long> _nowMilliseconds;
    private readonly Func<ulong> _term;

    // Unbounded: event batches are what the apply loop commits, and whoever reads a client's requests pauses by
    // WatchStream.WaitingRequests.
    private readonly Inbox<WatchInput> _inbox = new(capacity: int.MaxValue);
    private readonly List<WatchStream> _touched = [];
    private int _takenResponses;
    private long _takenBytes;
    private int _tickWaiting;
    private int _streams;
    private int _watchers;
    private int _slowWatchers;
    private long _sentEvents;

    public WatchShardLoop(WatchShard shard, Func<long> nowMilliseconds, Func<ulong> term, NodeMetrics metrics)
    {
        _shard = shard;
        _nowMilliseconds = nowMilliseconds;
        _term = term;
        _metrics = metrics;
    }

    /// <summary>Open streams. Readable from any thread.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Watches. Readable from any thread.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Watches that lack revisions. Readable from any thread.</summary>
    public int SlowWatchers => Volatile.Read(ref _slowWatchers);

    /// <summary>Events sent since the start. Readable from any thread.</summary>
    public long SentEvents => Interlocked.Read(ref _sentEvents);

    /// <summary>Opens a stream. Thread-safe.</summary>
    public WatchStream Open(IWatchStreamSink sink)
    {
        WatchStream stream = new(this, sink);
        Interlocked.Increment(ref _streams);
        Interlocked.Increment(ref _metrics.WatchStreamsField);
        Post(new WatchInput(WatchInputKind.Open, stream, null, null, 0, null));
        return stream;
    }

    /// <summary>A stream's owner closes it. Thread-safe.</summary>
    public void CloseStream(WatchStream stream)
    {
        // In this order: while nothing is published, every stream that was open before is known to be closed.
        Post(new WatchInput(WatchInputKind.Close, stream, null, null, 0, null));
        Interlocked.Decrement(ref _streams);
        Interlocked.Decrement(ref _metrics.WatchStreamsField);
    }

    /// <summary>Hands in work. Thread-safe.</summary>
    public void Post(in WatchInput input) => _inbox.Post(input);

    /// <summary>
    /// Hands in events whose view is visible already. Without streams they are left out, and the thread sleeps on: the
    /// first stream that opens starts at the view. The apply loop's.
    /// </summary>
    public void Publish(EventBatch events)
    {
        // The view is written before the count is read, and Open counts before its shard reads the view: so one of the
        // two sides sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _streams) > 0)
        {
            Post(new WatchInput(WatchInputKind.Publish, null, null, null, 0, events));
        }
    }

    /// <summary>Passes time; a tick that finds another one waiting is left out, as is one for no stream. Thread-safe.
    /// </summary>
    public void PostTick()
    {
        if (Volatile.Read(ref _streams) > 0 && Interlocked.Exchange(ref _tickWaiting, 1) == 0)
        {
            Post(new WatchInput(WatchInputKind.Tick, null, null, null, 0, null));
        }
    }

    /// <summary>A stream's sink has taken a response in this turn. The shard's thread's.</summary>
    public void Taken(WatchStream stream, int sizeBytes, bool isFirst)
    {
        _takenResponses++;
        _takenBytes += sizeBytes;
        if (isFirst)
        {
            _touched.Add(stream);
        }
    }

    /// <summary>Lets the thread end after what waits.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The body of the thread.</summary>
    public void Run()
    {
        bool more = false;
        while (_inbox.TryTakeAll(wait: !more, out List<WatchInput> inputs))
        {
            _shard.RaftTerm = _term();
            foreach (WatchInput input in inputs)
            {
                Take(input);
            }

            Flush();
            more = _shard.HasCatchUpWork && _shard.CatchUp();
            Flush();
            Volatile.Write(ref _watchers, _shard.WatcherCount);
            Volatile.Write(ref _slowWatchers, _shard.SlowWatcherCount);
            Interlocked.Exchange(ref _sentEvents, _shard.SentEventCount);
        }
    }

    private void Flush()
    {
        bool here = _takenResponses <= FewResponses && _takenBytes <= FewBytes;
        foreach (WatchStream stream in _touched)
        {
            stream.Flush(here);
        }

        _touched.Clear();
        _takenResponses = 0;
        _takenBytes = 0;
    }

    private void Take(in WatchInput input)
    {
        switch (input.Kind)
        {
            case WatchInputKind.Publish:
                _shard.Publish(input.Events!); // Set for this kind.
                break;
            case WatchInputKind.Tick:
                Volatile.Write(ref _tickWaiting, 0);
                _shard.Tick(_nowMilliseconds());
                break;
            case WatchInputKind.Restore:
                _shard.Restore();
                break;
            default:
                TakeOfStream(input, input.Stream!); // All other kinds have one.
                break;
        }
    }

    private void TakeOfStream(in WatchInput input, WatchStream stream)
    {
        switch (input.Kind)
        {
            case WatchInputKind.Open:
                if (_shard.StreamCount == 0)
                {
                    // What was left out meanwhile.
                    _shard.Restore();
                }

                stream.State = _shard.OpenStream(stream, _nowMilliseconds());
                break;
            case WatchInputKind.Request:
                _shard.Handle(stream.State!, input.Request!, input.Denial); // Opened before, in the same inbox.
                stream.RequestHandled();
                break;
            case WatchInputKind.Credit:
                _shard.ReturnCredit(stream.State!, input.Number);
                break;
            default:
                _shard.CloseStream(stream.State!);
                break;
        }
    }
}
