using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Etcd.Member.Grpc;

/// <summary>Adds etcd's gRPC services to a host.</summary>
internal static class GrpcEdgeExtensions
{
    /// <summary>
    /// Registers the services. The host registers <see cref="IMemberAccess"/> and <see cref="IEngineMaintenance"/>, and
    /// where it has them <see cref="GrpcEdgeOptions"/>, <see cref="ILeaseForwarder"/>,
    /// <see cref="IPromotionForwarder"/> and <see cref="IGrpcMetrics"/>.
    /// </summary>
    public static IServiceCollection AddEtcdGrpc(this IServiceCollection services)
    {
        services.TryAddSingleton(new GrpcEdgeOptions());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGrpcMetrics, NoGrpcMetrics>();
        services.TryAddSingleton<ILeaseForwarder, NoForwarder>();
        services.TryAddSingleton<IPromotionForwarder, NoForwarder>();
        services.AddSingleton<RequestGate>();
        services.AddSingleton<ProposalSender>();
        services.AddSingleton<ServingStatus>();
        services.AddSingleton<LeaderLossMonitor>();
        services.AddHostedService(static provider => provider.GetRequiredService<LeaderLossMonitor>());
        services.AddSingleton<CallHandler>();
        services.AddSingleton<EtcdMethods>();
        services.AddSingleton<SlowReads>();
        services.AddSingleton<LongReads>();
        services.AddSingleton<KVService>();
        services.AddSingleton<WatchService>();
        services.AddSingleton<LeaseService>();
        services.AddSingleton<ClusterService>();
        services.AddSingleton<MaintenanceService>();
        services.AddSingleton<RecipeStore>();
        services.AddSingleton<LockService>();
        services.AddSingleton<ElectionService>();
        services.AddSingleton<HealthService>();
        services.AddSingleton<IServiceMethodProvider<EtcdMethods>, EtcdMethodProvider>();
        services.AddGrpc();
        services.AddOptions<GrpcServiceOptions>().Configure<GrpcEdgeOptions>(Configure);
        return services;
    }

    /// <summary>
    /// Maps the services, and the answers to calls of unknown ones. Comes after the host's own middleware.
    /// </summary>
    public static void MapEtcdGrpc(this WebApplication app)
    {
        RootServices services = new(app.Services);
        app.Use((context, next) =>
        {
            context.Features.Set<IServiceProvidersFeature>(services);
            return next(context);
        });
        app.UseMiddleware<MessageSizeMiddleware>();
        app.MapGrpcService<EtcdMethods>();
        UnknownMethods.Map(app);
    }

    private static void Configure(GrpcServiceOptions grpc, GrpcEdgeOptions edge)
    {
        grpc.MaxReceiveMessageSize = edge.MaxReceiveBytes;
        // Ranges, watch responses and snapshots may be larger than any request.
        grpc.MaxSendMessageSize = null;
        grpc.IgnoreUnknownServices = true;
        grpc.EnableDetailedErrors = false;
    }

    /// <summary>All services live as long as the server, so no call needs a scope of its own.</summary>
    private sealed class RootServices(IServiceProvider services) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices { get; set; } = services;
    }
}
