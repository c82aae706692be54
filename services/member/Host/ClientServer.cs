using System.Net;
using Etcd.Member.Config;
using Etcd.Member.Grpc;
using Etcd.Member.Http;
using Etcd.Member.Json;
using Etcd.ServiceDefaults;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.Member.Host;

/// <summary>Builds the server of the client listeners: gRPC by HTTP/2, everything else by HTTP/1.1.</summary>
internal static class ClientServer
{
    /// <summary>Builds the server; it is started by the caller.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="sockets">Bound sockets.</param>
    /// <param name="clients">Client listeners.</param>
    /// <param name="http">Client listeners for HTTP alone; when there are any, the others serve gRPC alone.</param>
    /// <param name="handler">What HTTP/1.1 requests get.</param>
    /// <param name="loggers">Loggers.</param>
    /// <param name="addServices">Adds what the gRPC services need.</param>
    public static WebApplication Build(
        MemberConfig config,
        ListenerSockets sockets,
        IReadOnlyList<EndPoint> clients,
        IReadOnlyList<EndPoint> http,
        HttpRequestHandler handler,
        ILoggerFactory loggers,
        Action<IServiceCollection> addServices)
    {
        var builder = ServerBuilder.Create(sockets, loggers);
        builder.Configuration.AddEnvironmentVariables();
        builder.AddServiceDefaults("etcd-member");
        addServices(builder.Services);
        builder.AddGrpc(config);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            SetPings(options.Limits.Http2, config.KeepAlive);
            var shared = http.Count == 0 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http2;
            foreach (var endPoint in clients)
            {
                ServerBuilder.Listen(options, endPoint, shared);
            }

            foreach (var endPoint in http)
            {
                ServerBuilder.Listen(options, endPoint, HttpProtocols.Http1);
            }
        });

        var app = builder.Build();
        JsonGateway? gateway = null;
        // gRPC calls, the most by far, need nothing of it.
        app.UseWhen(context => !IsHttp2(context), branch => branch.UseWebSockets());
        app.Use((context, next) => IsHttp2(context)
            ? GrpcResponses.RefuseAsync(context) ?? next(context)
            : handler.HandleClientAsync(context, gateway));
        app.MapEtcdGrpc();
        gateway = config.EnableGrpcGateway ? JsonGateway.Of(app) : null;
        return app;
    }

    private static bool IsHttp2(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol);

    private static void SetPings(Http2Limits limits, KeepAliveConfig config)
    {
        limits.KeepAlivePingDelay = config.Interval > TimeSpan.Zero
            ? Max(config.Interval, TimeSpan.FromSeconds(1))
            : TimeSpan.MaxValue;
        limits.KeepAlivePingTimeout = config.Timeout > TimeSpan.Zero
            ? Max(config.Timeout, TimeSpan.FromSeconds(1))
            : TimeSpan.MaxValue;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
