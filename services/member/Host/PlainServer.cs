using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.Member.Host;

/// <summary>Builds servers that speak HTTP/1.1 only and have one handler: for metrics.</summary>
internal static class PlainServer
{
    /// <summary>Builds the server; it is started by the caller.</summary>
    public static WebApplication Build(
        ListenerSockets sockets, IReadOnlyList<EndPoint> endPoints, RequestDelegate handler, ILoggerFactory loggers)
    {
        var builder = ServerBuilder.Create(sockets, loggers);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            foreach (var endPoint in endPoints)
            {
                ServerBuilder.Listen(options, endPoint, HttpProtocols.Http1);
            }
        });
        var app = builder.Build();
        app.Run(handler);
        return app;
    }
}
