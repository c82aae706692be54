using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.ServiceDefaults;

/// <summary>Kestrel's limits for gRPC services whose streams live as long as their clients.</summary>
public static class KestrelLimitsExtensions
{
    // etcd allows 2^32-1. Kestrel keeps no state for streams that are not open, so a million is as good, and it stays
    // clear of overflow where Kestrel doubles the number.
    private const int StreamsPerConnection = 1 << 20;

    // A stream's window bounds what one slow reader may buffer here; the connection's window is shared by all streams,
    // so it must hold several full ones or one slow stream stalls the rest.
    private const int StreamWindowBytes = 1 << 20;
    private const int ConnectionWindowBytes = 8 << 20;

    /// <summary>
    /// Sets limits that fit etcd's traffic: many streams a connection, idle streams for hours, slow readers, large
    /// bodies (the member itself bounds requests by <c>--max-request-bytes</c>), no <c>Server</c> header.
    /// </summary>
    public static KestrelServerOptions UseServiceLimits(this KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;

        // etcd's defaults for --grpc-keepalive-interval and --grpc-keepalive-timeout.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromHours(2);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);

        // Idle connections cost little, and closing one races with the client's next request.
        limits.KeepAliveTimeout = TimeSpan.FromHours(1);
        return options;
    }
}
