namespace Etcd.Member.Host.Pings;

/// <summary>
/// How often a client may ping on one connection (grpc-go's <c>keepalive.EnforcementPolicy</c> as its
/// <c>http2Server.handlePing</c> applies it). One thread tells what is received, another what is sent.
/// </summary>
/// <remarks>
/// A ping is a strike when it comes within the shortest time of the ping before, which is two hours while no stream
/// is open. Headers or data sent since the ping before forgive all strikes. One strike above the limit ends the
/// connection.
/// </remarks>
internal sealed class PingPolicy(TimeSpan minTime, TimeProvider time)
{
    private const int MostStrikes = 2;
    private static readonly TimeSpan MinTimeWithoutStreams = TimeSpan.FromHours(2);

    private readonly Lock _lock = new();
    // Bounded by the server's own limit of streams: what it refuses, it resets.
    private readonly HashSet<int> _open = [];
    private int _newestStream;
    private long? _lastPing;
    private int _strikes;
    private int _pings;
    private int _answers;
    private volatile bool _hasServed;
    private volatile int _excessivePing;

    /// <summary>
    /// Whether the client has pinged too often and its last ping is answered. Asked by the thread that tells what is
    /// sent.
    /// </summary>
    public bool IsOver => _excessivePing is not 0 and var ping && _answers >= ping;

    /// <summary>The newest stream that the client has opened.</summary>
    public int NewestStream => Volatile.Read(ref _newestStream);

    /// <summary>A frame from the client.</summary>
    public void Received(Http2Frame frame)
    {
        switch (frame.Type)
        {
            case Http2Frame.Headers when frame.Stream > _newestStream:
                Open(frame.Stream);
                break;
            case Http2Frame.ResetStream:
                Close(frame.Stream);
                break;
            case Http2Frame.Ping when !frame.IsAcknowledgement && _excessivePing == 0:
                Judge();
                break;
            default:
                break;
        }
    }

    /// <summary>A frame to the client.</summary>
    public void Sent(Http2Frame frame)
    {
        if (frame.Type is Http2Frame.Data or Http2Frame.Headers && !_hasServed)
        {
            _hasServed = true;
        }

        if (frame.EndsStream || frame.Type == Http2Frame.ResetStream)
        {
            Close(frame.Stream);
        }
        else if (frame.Type == Http2Frame.Ping && frame.IsAcknowledgement)
        {
            _answers++;
        }
    }

    private void Judge()
    {
        var now = time.GetTimestamp();
        var last = _lastPing;
        _lastPing = now;
        _pings++;
        if (_hasServed)
        {
            _hasServed = false;
            _strikes = 0;
            return;
        }

        var least = HasOpenStreams() ? minTime : MinTimeWithoutStreams;
        if (last is { } before && time.GetElapsedTime(before, now) < least && ++_strikes > MostStrikes)
        {
            _excessivePing = _pings;
        }
    }

    private void Open(int stream)
    {
        Volatile.Write(ref _newestStream, stream);
        lock (_lock)
        {
            _open.Add(stream);
        }
    }

    private void Close(int stream)
    {
        lock (_lock)
        {
            _open.Remove(stream);
        }
    }

    private bool HasOpenStreams()
    {
        lock (_lock)
        {
            return _open.Count > 0;
        }
    }
}
