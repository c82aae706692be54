using System.Net;
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
