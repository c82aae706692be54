using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// Puts keys that are watched, each value with the time of its sending. Sends the next when the events of the put
/// that is a window before it have arrived, so the watchers, not the puts, set the pace. On one loop's thread.
/// </summary>
internal sealed class WatchWriters : ILoopTask
{
    private readonly int _keys;
    private readonly int _eventsPerPut;
    private readonly int _window;
    private readonly WatchBoard _board;
    private readonly PutMessage _message;
    private readonly Stack<Writer> _idle = [];
    private FastRandom _random = new(1);
    private long _sent;

    /// <param name="keys">Written in turn.</param>
    /// <param name="eventsPerPut">Watches on each key.</param>
    /// <param name="window">Puts whose events may be outstanding.</param>
    /// <param name="board">The watchers'.</param>
    /// <param name="valueBytes">Length of the values, at least 8.</param>
    public WatchWriters(int keys, int eventsPerPut, int window, WatchBoard board, int valueBytes)
    {
        _keys = keys;
        _eventsPerPut = eventsPerPut;
        _window = window;
        _board = board;
        _message = new PutMessage(valueBytes);
        Writers = [.. Enumerable.Range(0, window).Select(_ => new Writer(this))];
    }

    /// <summary>To be added to a session, all on the loop of this task.</summary>
    public IReadOnlyList<Http2Stream> Writers { get; }

    /// <inheritdoc/>
    public long Tick(long now)
    {
        while (_idle.TryPeek(out Writer? writer))
        {
            if (writer.Connection.Loop.Stopping)
            {
                writer.Connection.Loop.CallerEnded();
            }
            else if ((_sent - _window) * _eventsPerPut < _board.DeliveredCount)
            {
                _message.Set(_sent++ % _keys, ref _random);
                WatchEvents.WriteStamp(_message.Value, now);
                writer.Write(_message);
            }
            else
            {
                break;
            }

            _idle.Pop();
        }

        return long.MaxValue;
    }

    private sealed class Writer(WatchWriters owner) : Http2Stream
    {
        /// <inheritdoc/>
        public override void Begin()
        {
            Connection.Loop.CallerStarted();
            owner._idle.Push(this);
        }

        public void Write(PutMessage message) => Connection.Open(this, GrpcMethod.Put, message.Bytes, last: true);

        /// <inheritdoc/>
        public override void OnEnd(int status, string? text)
        {
            if (status != 0)
            {
                Connection.Loop.Recorder.Failed($"status {status}: {text}");
            }

            owner._idle.Push(this);
        }
    }
}
