namespace Etcd.Member.Peers;

/// <summary>The HTTP/1.1 client with which members talk to each other.</summary>
internal static class PeerHttpClient
{
    /// <summary>Creates a client; requests bring their own time limits.</summary>
    public static HttpClient Create(TimeSpan dialTimeout) => new(
        new SocketsHttpHandler
        {
            ConnectTimeout = dialTimeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // A stream that is given up must not be read to its end, which never comes.
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = System.Net.HttpVersion.Version11,
    };
}
