using System.Collections.Concurrent;
using System.Diagnostics;
using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// One thread that owns connections and the calls on them: waits for sockets, reads, lets each answered call start its
/// successor, and writes. There is no hand-over between threads on the path of a call.
/// </summary>
internal sealed class LoadLoop : IDisposable
{
    // Two reads' worth of the socket's own buffer; at least a frame and a rest.
    private const int ReceiveBufferBytes = 256 << 10;

    // How late a stop or a posted action may be noticed.
    private const long LongestWaitNanoseconds = 5_000_000;

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly Epoll _epoll = new();
    private readonly List<Http2Connection> _connections = [];
    private readonly List<Http2Connection> _mustFlush = [];
    private readonly List<ILoopTask> _tasks = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly byte[] _receiveBuffer = new byte[ReceiveBufferBytes];
    private readonly Thread _thread;
    private volatile Recorder _nextRecorder = new();
    private volatile Exception? _failure;
    private volatile bool _stopping;
    private volatile bool _ended;
    private long _turns;
    private int _active;

    public LoadLoop()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "load" };
        Recorder = _nextRecorder;
    }

    /// <summary>When the data that is being handled had arrived.</summary>
    public long Now { get; private set; }

    /// <summary>Where the loop's thread counts.</summary>
    public Recorder Recorder { get; private set; }

    /// <summary>Whether calls are to end without a successor.</summary>
    public bool Stopping => _stopping;

    /// <summary>What ended the loop before its time.</summary>
    public Exception? Failure => _failure;

    /// <summary>Callers at work. Thread-safe.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Connects; only before <see cref="Start"/>.</summary>
    public Http2Connection Connect(Uri endpoint)
    {
        var connection = new Http2Connection(this, endpoint, _connections.Count);
        _epoll.Register(connection.Descriptor, _connections.Count, Epoll.Readable);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Adds work; only before <see cref="Start"/>.</summary>
    public void Add(ILoopTask task) => _tasks.Add(task);

    public void Start() => _thread.Start();

    /// <summary>Runs an action on the loop's thread soon. Thread-safe.</summary>
    public void Post(Action action) => _posted.Enqueue(action);

    /// <summary>From now on calls end without a successor. Thread-safe.</summary>
    public void StopCalls() => _stopping = true;

    /// <summary>Puts a new recorder in place and returns the old one, which nobody writes any more. Thread-safe.</summary>
    public Recorder SwapRecorder()
    {
        Recorder old = _nextRecorder;
        _nextRecorder = new Recorder();
        long turns = Volatile.Read(ref _turns);
        SpinWait spin = default;
        while (!_ended && Volatile.Read(ref _turns) < turns + 2)
        {
            spin.SpinOnce();
        }

        return old;
    }

    /// <summary>Says that a connection has something to send.</summary>
    public void MustFlush(Http2Connection connection) => _mustFlush.Add(connection);

    /// <summary>Asks for a turn when the socket takes more, or no longer.</summary>
    public void WatchWritable(Http2Connection connection, int token, bool watch) =>
        _epoll.Change(connection.Descriptor, token, watch ? Epoll.Readable | Epoll.Writable : Epoll.Readable);

    /// <summary>A caller starts its work.</summary>
    public void CallerStarted() => Volatile.Write(ref _active, _active + 1);

    /// <summary>A caller has ended its work.</summary>
    public void CallerEnded() => Volatile.Write(ref _active, _active - 1);

    public void Dispose()
    {
        _ended = true;
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        foreach (Http2Connection connection in _connections)
        {
            connection.Dispose();
        }

        _epoll.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_ended)
            {
                Turn();
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
            _ended = true;
        }
    }

    private void Turn()
    {
        long wait = LongestWaitNanoseconds;
        Now = Stopwatch.GetTimestamp();
        Recorder = _nextRecorder;
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }

        foreach (ILoopTask task in _tasks)
        {
            wait = Math.Min(wait, (long)((task.Tick(Now) - Now) * NanosecondsPerTick));
        }

        Flush();
        int ready = _epoll.Wait(Math.Max(wait, 0));
        Now = Stopwatch.GetTimestamp();
        for (int i = 0; i < ready; i++)
        {
            Http2Connection connection = _connections[_epoll.Token(i)];
            connection.Receive(_receiveBuffer);
            connection.Flush();
        }

        Flush();
        Volatile.Write(ref _turns, _turns + 1);
    }

    private void Flush()
    {
        foreach (Http2Connection connection in _mustFlush)
        {
            connection.Flush();
        }

        _mustFlush.Clear();
    }
}
