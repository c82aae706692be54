using Etcd.Node.Diagnostics;
using Etcd.StateMachine.Membership;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

/// <summary>
/// Notices a leader that sends heartbeats late (etcd <c>contention.TimeoutDetector</c>). Owned by the raft loop.
/// </summary>
internal sealed partial class HeartbeatWatch
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly NodeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Dictionary<ulong, long> _sent = [];

    public HeartbeatWatch(TimeProvider time, TimeSpan interval, NodeMetrics metrics, ILogger logger)
    {
        _time = time;
        _interval = interval;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Forgets the times: leadership changed.</summary>
    public void Reset() => _sent.Clear();

    /// <summary>A heartbeat to a member leaves now; late is more than two intervals after the one before.</summary>
    public void Sending(ulong memberId)
    {
        long now = _time.GetTimestamp();
        if (_sent.TryGetValue(memberId, out long before))
        {
            TimeSpan exceeded = _time.GetElapsedTime(before, now) - (2 * _interval);
            if (exceeded > TimeSpan.Zero)
            {
                Interlocked.Increment(ref _metrics.HeartbeatSendFailuresField);
                LogLate(ClusterIds.ToHex(memberId), _interval, 2 * _interval, exceeded);
            }
        }

        _sent[memberId] = now;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow "
            + "disk")]
    private partial void LogLate(
        string to, TimeSpan heartbeatInterval, TimeSpan expectedDuration, TimeSpan exceededDuration);
}
