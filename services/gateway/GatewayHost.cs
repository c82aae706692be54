using Etcd.Gateway.Cluster;
using Etcd.Gateway.Configuration;
using Etcd.Gateway.Forwarding;
using Etcd.ServiceDefaults;
using Etcd.ServiceDefaults.Health;
using Etcd.ServiceDefaults.Plaintext;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway;

/// <summary>Puts the gateway together.</summary>
internal static partial class GatewayHost
{
    // After the stop signal: streams end at once with a status that makes clients resume elsewhere, so only calls that
    // members are working on are left, and they take milliseconds.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds the application; the caller runs and disposes it.</summary>
    public static WebApplication Build(GatewayOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddServiceConsole(options.LogLevel, options.LogJson);

        // Forwarding errors are this service's to judge and to tell, once per member and not per request.
        builder.Logging.AddFilter("Yarp", LogLevel.None);
        builder.AddServiceDefaults("etcd-gateway");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddPlaintextProtocolDetection();
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ClusterTracker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ClusterTracker>());
        builder.Services.AddHostedService<StreamDrain>();
        builder.Services.AddSingleton<GatewayForwarder>();

        // The addresses are all given below; the framework's own variable would only be warned about.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseServiceLimits();
            foreach (var endPoint in options.Listen)
            {
                kestrel.ListenHttp1AndHttp2Plaintext(endPoint);
            }
        });

        var app = builder.Build();
        var tracker = app.Services.GetRequiredService<ClusterTracker>();
        var forwarder = app.Services.GetRequiredService<GatewayForwarder>();
        var logger = app.Services.GetRequiredService<ILogger<GatewayForwarder>>();
        app.Lifetime.ApplicationStarted.Register(() => Serving(
            logger,
            string.Join(", ", app.Urls.Distinct()),
            string.Join(", ", options.Members.Select(member => member.Authority))));
        app.Run(context => context.Request.Path.StartsWithSegments("/gateway", StringComparison.Ordinal, out var rest)
            ? ServeOwnAsync(context, rest, tracker)
            : forwarder.HandleAsync(context));
        return app;
    }

    /// <summary>
    /// The gateway's own pages, beside the cluster's: /gateway/livez says that it runs, /gateway/health that it has a
    /// leader to send to, /gateway/status what it knows.
    /// </summary>
    private static Task ServeOwnAsync(HttpContext context, PathString path, ClusterTracker tracker)
    {
        var view = tracker.View;
        switch (path.Value)
        {
            case "/livez":
                return HealthEndpointExtensions.WriteAsync(context.Response, null, context.RequestAborted);
            case "/health":
                var reason = view.Leader is null ? "no leader" : null;
                return HealthEndpointExtensions.WriteAsync(context.Response, reason, context.RequestAborted);
            case "/status":
                return context.Response.WriteAsJsonAsync(
                    GatewayStatus.Of(view),
                    GatewayJson.Default.GatewayStatus,
                    "application/json",
                    context.RequestAborted);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
