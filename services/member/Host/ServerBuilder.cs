using System.Net;
using System.Text;
using Etcd.Member.Config;
using Etcd.Member.Grpc;
using Etcd.Member.Host.Buffers;
using Etcd.ServiceDefaults;
using Etcd.ServiceDefaults.Plaintext;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Etcd.Member.Host;

/// <summary>What the three servers of a member (clients, peers, metrics) have in common.</summary>
internal static class ServerBuilder
{
    /// <summary>Open streams must not hold up the end of the process: clients and peers reconnect elsewhere.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Kestrel keeps no state for streams that are not open; more would overflow where it doubles
    /// them.</summary>
    private const uint MaxStreams = 1 << 20;

    /// <summary>A builder of a server on sockets that are bound already.</summary>
    public static WebApplicationBuilder Create(ListenerSockets sockets, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, BlockPoolFactory>();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddPlaintextProtocolDetection();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<SocketTransportOptions>(options =>
        {
            options.CreateBoundListenSocket = sockets.Take;
            // The server listens again, and would shorten the queue.
            options.Backlog = ListenerSockets.Backlog;
        });
        builder.Services.Configure<KestrelServerOptions>(options => options.UseServiceLimits());
        return builder;
    }

    /// <summary>Lets it serve etcd's gRPC services, as far as they are mapped.</summary>
    public static void AddGrpc(this WebApplicationBuilder builder, MemberConfig config)
    {
        builder.Services.AddEtcdGrpc();
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.Http2.MaxStreamsPerConnection = (int)Math.Clamp(config.MaxConcurrentStreams, 1, MaxStreams);
            // Kestrel ends the connection for a header that is not UTF-8; this one is judged by the service.
            options.RequestHeaderEncodingSelector = static name =>
                string.Equals(name, RequestGate.ClientVersionHeader, StringComparison.OrdinalIgnoreCase)
                    ? Encoding.Latin1
                    : null;
        });
    }

    /// <summary>Serves HTTP/1.1, HTTP/2 without TLS, or both on one socket.</summary>
    public static void Listen(KestrelServerOptions options, EndPoint endPoint, HttpProtocols protocols)
    {
        if (protocols == HttpProtocols.Http1AndHttp2)
        {
            options.ListenHttp1AndHttp2Plaintext(endPoint);
        }
        else
        {
            options.Listen(endPoint, listen => listen.Protocols = protocols);
        }
    }
}
