using System.Net;
using System.Text;
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
    /// <summary>Kestrel keeps no state for streams that are not open; more would overflow where it doubles
    /// them.</summary>
    private const uint MaxStreams = 1 << 20;

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
        builder.Services.AddEtcdGrpc();
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            SetLimits(options.Limits.Http2, config);
            // Kestrel ends the connection for a header that is not UTF-8; this one is judged by the service.
            options.RequestHeaderEncodingSelector = static name =>
                string.Equals(name, RequestGate.ClientVersionHeader, StringComparison.OrdinalIgnoreCase)
                    ? Encoding.Latin1
                    : null;
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

    private static void SetLimits(Http2Limits limits, MemberConfig config)
    {
        limits.MaxStreamsPerConnection = (int)Math.Clamp(config.MaxConcurrentStreams, 1, MaxStreams);
        limits.KeepAlivePingDelay = config.KeepAlive.Interval > TimeSpan.Zero
            ? Max(config.KeepAlive.Interval, TimeSpan.FromSeconds(1))
            : TimeSpan.MaxValue;
        limits.KeepAlivePingTimeout = config.KeepAlive.Timeout > TimeSpan.Zero
            ? Max(config.KeepAlive.Timeout, TimeSpan.FromSeconds(1))
            : TimeSpan.MaxValue;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
