namespace Etcd.Member.Peers;

/// <summary>Whether a peer is reachable and since when (etcd's <c>peerStatus</c>). Thread-safe.</summary>
internal sealed partial class PeerStatus
{
    private readonly Lock _gate = new();
    private readonly PeerContext _context;
    private readonly ulong _peerId;
    private readonly ILogger _logger;
    private long? _activeSince;

    /// <summary>Creates the status of a peer that was not reached yet.</summary>
    public PeerStatus(PeerContext context, ulong peerId)
    {
        _context = context;
        _peerId = peerId;
        _logger = context.Loggers.CreateLogger<PeerStatus>();
    }

    /// <summary>Timestamp of the time provider at which the peer became reachable; null while it is not.</summary>
    public long? ActiveSince
    {
        get
        {
            lock (_gate)
            {
                return _activeSince;
            }
        }
    }

    /// <summary>Something was exchanged with the peer.</summary>
    public void Activate()
    {
        lock (_gate)
        {
            if (_activeSince is not null)
            {
                return;
            }

            _activeSince = _context.Time.GetTimestamp();
        }

        PeerBecameActive(_logger, MemberIds.Text(_peerId));
        _context.Metrics.ActivePeers.Of(MemberIds.Text(_context.Options.LocalId), MemberIds.Text(_peerId)).Increment();
    }

    /// <summary>Something could not be exchanged.</summary>
    /// <param name="source">Which stream.</param>
    /// <param name="action">What was tried.</param>
    /// <param name="reason">Why it failed.</param>
    public void Deactivate(string source, string action, string reason)
    {
        var id = MemberIds.Text(_peerId);
        var error = $"failed to {action} {id} on {source} ({reason})";
        lock (_gate)
        {
            if (_activeSince is null)
            {
                PeerDeactivatedAgain(_logger, id, error);
                return;
            }

            _activeSince = null;
        }

        PeerBecameInactive(_logger, id, error);
        var local = MemberIds.Text(_context.Options.LocalId);
        _context.Metrics.ActivePeers.Of(local, id).Decrement();
        _context.Metrics.DisconnectedPeers.Of(local, id).Increment();
    }

    /// <summary>The peer is given up: its connection counts no more.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (_activeSince is null)
            {
                return;
            }

            _activeSince = null;
        }

        _context.Metrics.ActivePeers.Of(MemberIds.Text(_context.Options.LocalId), MemberIds.Text(_peerId)).Decrement();
    }
}
