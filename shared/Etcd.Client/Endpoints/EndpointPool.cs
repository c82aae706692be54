namespace Etcd.Client.Endpoints;

/// <summary>Gives out endpoints in turn and passes over those that failed a moment ago. Thread-safe.</summary>
internal sealed class EndpointPool : IAsyncDisposable
{
    private readonly Endpoint[] _endpoints;
    private uint _next;

    public EndpointPool(EtcdClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Endpoints.Count == 0)
        {
            throw new ArgumentException("At least one endpoint is needed.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttempts, 1, nameof(options));
        _endpoints = [.. options.Endpoints.Distinct().Select(address => new Endpoint(address, options))];
        // Many clients that start together must not all begin with the same member.
        _next = (uint)Random.Shared.Next(_endpoints.Length);
    }

    private EndpointPool(Endpoint endpoint) => _endpoints = [endpoint];

    public IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <summary>A pool of one that shares the channel and is not disposed.</summary>
    public static EndpointPool Only(Endpoint endpoint) => new(endpoint);

    /// <summary>The next endpoint that is not resting, or simply the next if all are.</summary>
    public Endpoint Next()
    {
        Endpoint first = Take();
        Endpoint candidate = first;
        for (int tried = 1; candidate.IsResting && tried < _endpoints.Length; tried++)
        {
            candidate = Take();
        }

        return candidate.IsResting ? first : candidate;
    }

    public ValueTask DisposeAsync()
    {
        foreach (Endpoint endpoint in _endpoints)
        {
            endpoint.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private Endpoint Take() => _endpoints[(Interlocked.Increment(ref _next) - 1) % (uint)_endpoints.Length];
}
