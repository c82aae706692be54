using System.Diagnostics;
using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Etcd.Gateway.Cluster;

/// <summary>
/// One member's client URL with the connections to it. The counters are thread-safe; the observation is written by the
/// tracker under its lock and read by it alone.
/// </summary>
internal sealed class MemberEndpoint : IDisposable
{
    // A connect on one network takes milliseconds; past a second the member is as good as gone.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    // Finds a dead peer under open streams. etcd refuses pings more often than every 5 s.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    // As large as a big range response, so that one stream does not wait for window updates.
    private const int StreamWindowBytes = 4 << 20;

    private readonly SocketsHttpHandler _forwardHandler =
        CreateHandler(new ReverseProxyPropagator(DistributedContextPropagator.Current));

    // Without a propagator requests make no spans: looking at members is no part of any trace.
    private readonly SocketsHttpHandler _probeHandler = CreateHandler(propagator: null);
    private CancellationTokenSource _abandonedCalls = new();
    private CancellationTokenSource _abandonedStreams = new();
    private int _calls;
    private int _streams;

    public MemberEndpoint(Uri address, bool isConfigured)
    {
        Address = address;
        IsConfigured = isConfigured;
        Prefix = address.GetLeftPart(UriPartial.Authority) + "/";
        Client = new HttpMessageInvoker(_forwardHandler);
        Probe = new MemberProbe(address, new HttpMessageInvoker(_probeHandler));
    }

    /// <summary>The client URL.</summary>
    public Uri Address { get; }

    /// <summary>The client URL with a slash at its end.</summary>
    public string Prefix { get; }

    /// <summary>Whether it was given at start; others come from the cluster's list and go with it.</summary>
    public bool IsConfigured { get; }

    /// <summary>Connections for clients' requests.</summary>
    public HttpMessageInvoker Client { get; }

    /// <summary>Looks at the member over connections of its own, which clients' data cannot hold up.</summary>
    public MemberProbe Probe { get; }

    /// <summary>What it last said.</summary>
    public MemberObservation Observation { get; set; }

    /// <summary>Requests it is working on for us, streams aside.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Streams it serves for us.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Cancelled when the member is given up: what waits for it then waits in vain.</summary>
    public CancellationToken Abandoned(bool isStream) =>
        Volatile.Read(ref isStream ? ref _abandonedStreams : ref _abandonedCalls).Token;

    /// <summary>Counts a request in.</summary>
    public void Enter(bool isStream) => Interlocked.Increment(ref isStream ? ref _streams : ref _calls);

    /// <summary>Counts a request out.</summary>
    public void Leave(bool isStream) => Interlocked.Decrement(ref isStream ? ref _streams : ref _calls);

    /// <summary>Ends everything in flight to the member; later requests are not affected.</summary>
    public void Abandon()
    {
        Cancel(ref _abandonedCalls);
        AbandonStreams();
    }

    /// <summary>Ends the open streams alone.</summary>
    public void AbandonStreams() => Cancel(ref _abandonedStreams);

    /// <inheritdoc />
    public void Dispose()
    {
        Client.Dispose();
        Probe.Dispose();
    }

    /// <inheritdoc />
    public override string ToString() => Address.Authority;

    // The old source is left to the collector, as requests may still register with its token.
    private static void Cancel(ref CancellationTokenSource source) =>
        Interlocked.Exchange(ref source, new CancellationTokenSource()).Cancel();

    private static SocketsHttpHandler CreateHandler(DistributedContextPropagator? propagator) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        InitialHttp2StreamWindowSize = StreamWindowBytes,
        ActivityHeadersPropagator = propagator,
    };
}
