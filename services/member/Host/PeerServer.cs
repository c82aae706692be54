using System.Net;
using Etcd.Member.Config;
using Etcd.Member.Grpc;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Etcd.Member.Host;

/// <summary>
/// Builds the server of the peer listeners: the protocol of the members by HTTP/1.1, and by HTTP/2 the gRPC services
/// of clients but for the recipes (etcd's <c>servePeers</c>).
/// </summary>
internal static class PeerServer
{
    /// <summary>Builds the server; it is started by the caller.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="sockets">Bound sockets.</param>
    /// <param name="endPoints">Peer listeners.</param>
    /// <param name="handler">What HTTP/1.1 requests get.</param>
    /// <param name="loggers">Loggers.</param>
    /// <param name="addServices">Adds what the gRPC services need.</param>
    public static WebApplication Build(
        MemberConfig config,
        ListenerSockets sockets,
        IReadOnlyList<EndPoint> endPoints,
        RequestDelegate handler,
        ILoggerFactory loggers,
        Action<IServiceCollection> addServices)
    {
        var builder = ServerBuilder.Create(sockets, loggers);
        addServices(builder.Services);
        builder.AddGrpc(config);
        // What goes to another member leaves on the thread that brings it: there are few messages, each waited for.
        builder.Services.Configure<SocketTransportOptions>(options => options.UnsafePreferInlineScheduling = true);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            foreach (var endPoint in endPoints)
            {
                ServerBuilder.Listen(options, endPoint, HttpProtocols.Http1AndHttp2);
            }
        });
        var app = builder.Build();
        app.Use((context, next) => !HttpProtocol.IsHttp2(context.Request.Protocol)
            ? handler(context)
            : GrpcResponses.RefuseAsync(context) ?? RefuseRecipeAsync(context) ?? next(context));
        app.MapEtcdGrpc();
        return app;
    }

    private static Task? RefuseRecipeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var service = path.StartsWith("/v3lockpb.Lock/", StringComparison.Ordinal) ? "v3lockpb.Lock"
            : path.StartsWith("/v3electionpb.Election/", StringComparison.Ordinal) ? "v3electionpb.Election"
            : null;
        return service is null
            ? null
            : GrpcResponses.EndAsync(context, StatusCode.Unimplemented, $"unknown service {service}");
    }
}
