using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.Member.Host.Pings;

/// <summary>Puts a <see cref="PingPolicy"/> on connections of HTTP/2.</summary>
internal static class PingPolicyExtensions
{
    /// <summary>grpc-go's, where none is set.</summary>
    private static readonly TimeSpan DefaultMinTime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Ends connections whose client pings too often, on each listener of HTTP/2 alone that is added from here on;
    /// Kestrel itself answers any number of pings.
    /// </summary>
    /// <param name="options">The server.</param>
    /// <param name="minTime">The shortest time between two pings while a stream is open; zero for the default.</param>
    /// <param name="time">The clock.</param>
    public static void UsePingPolicy(this KestrelServerOptions options, TimeSpan minTime, TimeProvider time)
    {
        var least = minTime > TimeSpan.Zero ? minTime : DefaultMinTime;
        // The protocol is known when the listener is bound, which is when this is called.
        options.ConfigureEndpointDefaults(listen => listen.Use(
            next => listen.Protocols == HttpProtocols.Http2
                ? connection => ServeAsync(connection, new PingPolicy(least, time), next)
                : next));
    }

    private static async Task ServeAsync(ConnectionContext connection, PingPolicy policy, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        connection.Transport = new Watched(
            new PingWatchingReader(transport.Input, policy), new PingWatchingWriter(transport.Output, policy));
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private sealed record Watched(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
