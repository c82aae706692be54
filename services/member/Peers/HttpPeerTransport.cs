using System.Collections.Concurrent;
using Etcd.Member.Metrics;
using Etcd.Member.Peers.Outgoing;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Member.Peers;

/// <summary>
/// The wire to the other members: etcd's peer protocol over HTTP/1.1 (etcd's <c>rafthttp.Transport</c>).
/// Thread-safe.
/// </summary>
internal sealed partial class HttpPeerTransport : IPeerTransport, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ulong, RemotePeer> _peers = new();
    private readonly ConcurrentDictionary<ulong, RemotePeer> _remotes = new();
    private readonly ConcurrentBag<Task> _stopping = [];
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private PeerTransportOptions _options;
    private readonly PeerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private PeerContext? _context;
    private bool _stopped;

    /// <summary>Creates a transport; nothing is sent before <see cref="Start"/>.</summary>
    public HttpPeerTransport(
        PeerTransportOptions options, PeerMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<HttpPeerTransport>();
        Client = PeerHttpClient.Create(options.DialTimeout, connect: null);
    }

    /// <summary>Ids and times.</summary>
    public PeerTransportOptions Options => Volatile.Read(ref _options);

    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Client for requests to peers.</summary>
    public HttpClient Client { get; }

    /// <summary>Series.</summary>
    public PeerMetrics Metrics => _metrics;

    /// <summary>Where messages go; null before <see cref="Start"/>.</summary>
    public IPeerEvents? Events => _context?.Events;

    /// <summary>Completes when a peer says that this member was removed from the cluster.</summary>
    public Task LocalMemberRemoved => _removed.Task;

    /// <summary>Tells who this member is. Called once, before <see cref="Start"/>.</summary>
    public void Identify(ulong localId, ulong clusterId) =>
        Volatile.Write(ref _options, _options with { LocalId = localId, ClusterId = clusterId });

    /// <inheritdoc />
    public void Start(IPeerEvents events) => _context = new PeerContext(
        _options, Client, _metrics, _time, _loggers, events, () => _removed.TrySetResult());

    /// <inheritdoc />
    public void Send(Message message)
    {
        if (_peers.TryGetValue(message.To, out var peer) || _remotes.TryGetValue(message.To, out peer))
        {
            peer.Send(message);
        }
    }

    /// <inheritdoc />
    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        lock (_gate)
        {
            if (_stopped || _context is null)
            {
                return;
            }

            var wanted = peers.Select(peer => peer.Id).ToHashSet();
            foreach (var id in _peers.Keys.Where(id => !wanted.Contains(id)).ToArray())
            {
                Remove(_peers, id);
            }

            foreach (var address in peers)
            {
                AddOrUpdate(address);
            }
        }
    }

    /// <inheritdoc />
    public long? ActiveSince(ulong memberId) =>
        _peers.TryGetValue(memberId, out var peer) ? peer.ActiveSince : null;

    /// <summary>The peer of an id; null when the configuration does not name it.</summary>
    public RemotePeer? Find(ulong memberId) => _peers.GetValueOrDefault(memberId);

    /// <summary>
    /// Remembers where a member can be answered that this one does not know yet, because it lags behind.
    /// </summary>
    public void AddRemote(ulong memberId, IReadOnlyList<string> urls)
    {
        // Garbage in a header must not make this member talk to anybody.
        if (memberId == 0 || memberId == _options.LocalId || _peers.ContainsKey(memberId)
            || !urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            return;
        }

        lock (_gate)
        {
            if (!_stopped && _context is not null && _remotes.Count < MaxRemotes && !_remotes.ContainsKey(memberId))
            {
                _remotes[memberId] = new RemotePeer(_context, memberId, urls, isMember: false);
                RemoteAdded(_logger, MemberIds.Text(_options.LocalId), MemberIds.Text(memberId), urls);
            }
        }
    }

    /// <summary>Ends all connections; a second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            foreach (var id in _peers.Keys.ToArray())
            {
                Remove(_peers, id);
            }

            foreach (var id in _remotes.Keys.ToArray())
            {
                Remove(_remotes, id);
            }
        }

        await Task.WhenAll(_stopping).ConfigureAwait(false);
        Client.Dispose();
    }

    /// <summary>More than any cluster has members.</summary>
    private const int MaxRemotes = 64;

    private void AddOrUpdate(PeerAddress address)
    {
        if (_peers.TryGetValue(address.Id, out var known))
        {
            if (!known.Urls.SequenceEqual(address.PeerUrls))
            {
                known.Update(address.PeerUrls);
                PeerUpdated(_logger, MemberIds.Text(_options.LocalId), MemberIds.Text(address.Id), address.PeerUrls);
            }

            return;
        }

        // The context exists: SetPeers has checked it.
        _peers[address.Id] = new RemotePeer(_context!, address.Id, address.PeerUrls, isMember: true);
        _metrics.KnownPeers.Of(MemberIds.Text(_options.LocalId), MemberIds.Text(address.Id)).Set(1);
        Remove(_remotes, address.Id);
        PeerAdded(_logger, MemberIds.Text(_options.LocalId), MemberIds.Text(address.Id), address.PeerUrls);
    }

    private void Remove(ConcurrentDictionary<ulong, RemotePeer> peers, ulong id)
    {
        if (peers.TryRemove(id, out var peer))
        {
            _stopping.Add(peer.DisposeAsync().AsTask());
            if (ReferenceEquals(peers, _peers))
            {
                _metrics.KnownPeers.Remove(MemberIds.Text(_options.LocalId), MemberIds.Text(id));
                PeerRemoved(_logger, MemberIds.Text(_options.LocalId), MemberIds.Text(id));
            }
        }
    }
}
