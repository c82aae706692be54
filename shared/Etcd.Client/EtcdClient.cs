using Etcd.Client.Calls;
using Etcd.Client.Endpoints;
using Etcd.Client.Leases;
using Etcd.Client.Watching;
using Etcdserverpb;

namespace Etcd.Client;

/// <summary>A client of a cluster: calls with failover, watches that resume, leases kept alive.</summary>
/// <remarks>
/// A unary call goes to the next endpoint in turn. It is repeated elsewhere when it cannot have had an effect: reads on
/// Unavailable, writes only when no connection was made or a learner refused them. Errors of calls are
/// <see cref="Grpc.Core.RpcException"/>; see <see cref="RpcExceptionExtensions.ToEtcdError"/>. Streams stay with the
/// endpoint that they started on. Thread-safe.
/// </remarks>
public sealed class EtcdClient : EtcdServices, IAsyncDisposable
{
    private readonly EndpointPool _pool;
    private readonly EtcdClientOptions _options;
    private readonly Dictionary<Uri, EtcdServices> _pinned;

    /// <summary>Makes a client; the first call connects.</summary>
    /// <exception cref="ArgumentException">No endpoint is given.</exception>
    public EtcdClient(EtcdClientOptions options)
        : this(options, new EndpointPool(options))
    {
    }

    private EtcdClient(EtcdClientOptions options, EndpointPool pool)
        : this(options, pool, options.Credentials is { } user ? new TokenSource(user, pool) : null)
    {
    }

    private EtcdClient(EtcdClientOptions options, EndpointPool pool, TokenSource? tokens)
        : base(new FailoverInvoker(pool, tokens, options))
    {
        _options = options;
        _pool = pool;
        _pinned = pool.Endpoints.ToDictionary(
            static endpoint => endpoint.Address,
            endpoint => new EtcdServices(new FailoverInvoker(EndpointPool.Only(endpoint), tokens, options)));
    }

    /// <summary>The endpoints, in the order of the options.</summary>
    public IReadOnlyList<Uri> Endpoints => _options.Endpoints;

    /// <summary>The services of one endpoint: same retries, but never elsewhere.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <exception cref="KeyNotFoundException">The endpoint is not of this client.</exception>
    public EtcdServices At(Uri endpoint) => _pinned[endpoint];

    /// <summary>Watches a key or range and resumes after each disconnect: no event is lost or seen twice.</summary>
    /// <param name="request">What to watch; start revision 0 starts after the revision at creation.</param>
    /// <param name="options">How to resume.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>
    /// Responses with events, whole revisions in ascending order, and progress notifications when asked for. The
    /// response of the creation is not among them.
    /// </returns>
    /// <exception cref="EtcdException">
    /// The watch cannot go on: its revision has been compacted, or the server refused or ended it for good.
    /// </exception>
    public IAsyncEnumerable<WatchResponse> WatchAsync(
        WatchCreateRequest request, WatchOptions options, CancellationToken cancellationToken) =>
        ResumingWatch.RunAsync(Watch, request, options, _options.TimeProvider, cancellationToken);

    /// <summary>As the other overload, with the default options.</summary>
    /// <param name="request">What to watch.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public IAsyncEnumerable<WatchResponse> WatchAsync(
        WatchCreateRequest request, CancellationToken cancellationToken) =>
        WatchAsync(request, WatchOptions.Default, cancellationToken);

    /// <summary>Grants a lease and keeps it alive until the keeper is disposed.</summary>
    /// <param name="timeToLive">At least a second; the server may raise it.</param>
    /// <param name="cancellationToken">Gives up the grant; not the keeping.</param>
    public async Task<LeaseKeeper> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        LeaseGrantRequest request = new() { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        LeaseGrantResponse response = await Lease.LeaseGrantAsync(request, cancellationToken: cancellationToken);
        return KeepLease(response.ID, TimeSpan.FromSeconds(response.TTL));
    }

    /// <summary>Keeps a granted lease alive until the keeper is disposed.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="timeToLive">As granted: how long the lease lives without a renewal.</param>
    public LeaseKeeper KeepLease(long leaseId, TimeSpan timeToLive) =>
        new(Lease, leaseId, timeToLive, _options.TimeProvider);

    /// <summary>Closes the connections; open calls end.</summary>
    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}
