namespace Etcd.Member.Peers;

/// <summary>The HTTP/1.1 client with which members talk to each other.</summary>
internal static class PeerHttpClient
{
    /// <summary>Creates a client; requests bring their own time limits.</summary>
    /// <param name="dialTimeout">Time to connect.</param>
    /// <param name="connect">Makes the connections, each for one request; null for connections that are used again.
    /// </param>
    public static HttpClient Create(
        TimeSpan dialTimeout, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect) => new(
        new SocketsHttpHandler
        {
            ConnectTimeout = dialTimeout,
            ConnectCallback = connect,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // A stream that is given up must not be read to its end, which never comes.
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = connect is null ? TimeSpan.FromMinutes(10) : TimeSpan.Zero,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = System.Net.HttpVersion.Version11,
    };
}
