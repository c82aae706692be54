using System.Diagnostics;
using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Load;

/// <summary>Connections to one server and the callers on them, for one measurement. Used by one thread.</summary>
internal sealed class LoadSession : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);

    private readonly LoadLoop[] _loops;
    private readonly List<Http2Connection> _connections = [];
    private readonly List<Http2Stream> _streams = [];
    private readonly List<Pacer> _pacers = [];
    private readonly CancellationToken _cancellation;

    /// <summary>Connects.</summary>
    /// <param name="endpoints">Connections go to them in turn.</param>
    /// <param name="connections">How many.</param>
    /// <param name="loops">Threads; connections are dealt out in turn.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="LoadException">Nobody listens there.</exception>
    public LoadSession(IReadOnlyList<Uri> endpoints, int connections, int loops, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _loops = [.. Enumerable.Range(0, Math.Min(loops, connections)).Select(_ => new LoadLoop())];
        for (int i = 0; i < connections; i++)
        {
            _connections.Add(_loops[i % _loops.Length].Connect(endpoints[i % endpoints.Count]));
        }
    }

    /// <summary>The connections, for workloads that place streams themselves.</summary>
    public IReadOnlyList<Http2Connection> Connections => _connections;

    public IReadOnlyList<LoadLoop> Loops => _loops;

    /// <summary>Whether calls fall due at a rate.</summary>
    public bool IsPaced => _pacers.Count > 0;

    /// <summary>What was counted since the present window opened, give or take what happens meanwhile.</summary>
    public long Operations => _loops.Sum(static loop => loop.Recorder.Operations);

    /// <summary>Adds a caller on the connection whose turn it is. Before <see cref="Start"/>.</summary>
    public void Add(Http2Stream stream) => Add(stream, _connections[_streams.Count % _connections.Count]);

    /// <summary>Adds a caller on a connection. Before <see cref="Start"/>.</summary>
    public void Add(Http2Stream stream, Http2Connection connection)
    {
        stream.Connection = connection;
        _streams.Add(stream);
    }

    /// <summary>Makes the callers that were added so far keep a rate together. Before <see cref="Start"/>.</summary>
    public void Pace(double callsPerSecond)
    {
        foreach (LoadLoop loop in _loops)
        {
            var pacer = new Pacer(loop, callsPerSecond / _loops.Length);
            loop.Add(pacer);
            _pacers.Add(pacer);
            foreach (UnaryCaller caller in _streams.OfType<UnaryCaller>().Where(c => c.Connection.Loop == loop))
            {
                caller.Pacer = pacer;
            }
        }
    }

    /// <summary>Starts the loops and all callers.</summary>
    public void Start()
    {
        foreach (Http2Stream stream in _streams)
        {
            stream.Connection.Loop.Post(stream.Begin);
        }

        foreach (LoadLoop loop in _loops)
        {
            loop.Start();
        }
    }

    /// <summary>Starts a caller that was added after the loops had started.</summary>
    public void Start(Http2Stream stream) => stream.Connection.Loop.Post(stream.Begin);

    /// <summary>Lets the callers work for a while and takes what they counted.</summary>
    /// <exception cref="LoadException">A connection broke or a call failed.</exception>
    public LoadWindow Measure(TimeSpan duration) => Measure(() => Wait(duration));

    /// <summary>
    /// Lets the callers work while something else happens and takes what they counted. At a rate the calls that fell
    /// due in the window all count, however late they are answered: none falls due any more afterwards.
    /// </summary>
    public LoadWindow Measure(Action meanwhile)
    {
        foreach (LoadLoop loop in _loops)
        {
            _ = loop.SwapRecorder();
        }

        TimeSpan client = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        meanwhile();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        AwaitDueCalls();
        Recorder[] recorders = [.. _loops.Select(static loop => loop.SwapRecorder())];
        elapsed = IsPaced ? elapsed : Stopwatch.GetElapsedTime(start);
        client = Environment.CpuUsage.TotalTime - client;
        ThrowIfFailed();
        var sum = new Recorder();
        foreach (Recorder recorder in recorders)
        {
            sum.Add(recorder);
        }

        return sum.Failures == 0
            ? new LoadWindow(sum, elapsed, client)
            : throw new LoadException(
                $"{sum.Failures} of {sum.Failures + sum.Operations} operations failed; the first: {sum.FirstFailure}");
    }

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="LoadException">It does not within half a minute.</exception>
    public void WaitUntil(Func<bool> condition, string what) => WaitUntil(condition, what, LongestCall);

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="LoadException">It does not in time.</exception>
    public void WaitUntil(Func<bool> condition, string what, TimeSpan longest)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            ThrowIfFailed();
            if (Stopwatch.GetElapsedTime(start) > longest)
            {
                throw new LoadException($"{what} took longer than {longest.TotalSeconds} s");
            }

            Pause(LookInterval);
        }
    }

    /// <summary>Waits, and notices when a connection breaks.</summary>
    public void Wait(TimeSpan duration)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        for (long now = Stopwatch.GetTimestamp(); now < end; now = Stopwatch.GetTimestamp())
        {
            ThrowIfFailed();
            var rest = TimeSpan.FromSeconds((double)(end - now) / Stopwatch.Frequency);
            Pause(rest < LongestLook ? rest : LongestLook);
        }
    }

    /// <summary>Ends the callers and waits for their last answers.</summary>
    public void Stop()
    {
        foreach (LoadLoop loop in _loops)
        {
            loop.StopCalls();
        }

        WaitUntil(NobodyCalls, "the end of the last calls");
    }

    public void Dispose()
    {
        foreach (LoadLoop loop in _loops)
        {
            loop.Dispose();
        }
    }

    private void AwaitDueCalls()
    {
        foreach (Pacer pacer in _pacers)
        {
            pacer.End();
        }

        if (IsPaced)
        {
            WaitUntil(NobodyCalls, "answering the calls that were due in the window", LongestDelay);
        }
    }

    private bool NobodyCalls() => _loops.All(static loop => loop.Active == 0);

    private void Pause(TimeSpan duration)
    {
        if (_cancellation.WaitHandle.WaitOne(duration))
        {
            throw new OperationCanceledException(_cancellation);
        }
    }

    private void ThrowIfFailed()
    {
        if (_loops.Select(static loop => loop.Failure).FirstOrDefault(static failure => failure is not null) is { } failure)
        {
            throw new LoadException(failure.Message, failure);
        }
    }
}
