using Grpc.AspNetCore.Server;
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
        services.AddSingleton<GateInterceptor>();
        services.AddSingleton<SlowReads>();
        services.AddSingleton<KVService>();
        services.AddSingleton<WatchService>();
        services.AddSingleton<LeaseService>();
        services.AddSingleton<ClusterService>();
        services.AddSingleton<MaintenanceService>();
        services.AddSingleton<RecipeStore>();
        services.AddSingleton<LockService>();
        services.AddSingleton<ElectionService>();
        services.AddSingleton<HealthService>();
        services.AddGrpc();
        services.AddOptions<GrpcServiceOptions>().Configure<GrpcEdgeOptions>(Configure);
        return services;
    }

    /// <summary>
    /// Maps the services, and the answers to calls of unknown ones. Comes after the host's own middleware.
    /// </summary>
    public static void MapEtcdGrpc(this WebApplication app)
    {
        app.UseMiddleware<MessageSizeMiddleware>();
        app.MapGrpcService<KVService>();
        app.MapGrpcService<WatchService>();
        app.MapGrpcService<LeaseService>();
        app.MapGrpcService<ClusterService>();
        app.MapGrpcService<MaintenanceService>();
        app.MapGrpcService<LockService>();
        app.MapGrpcService<ElectionService>();
        app.MapGrpcService<HealthService>();
        UnknownMethods.Map(app);
    }

    private static void Configure(GrpcServiceOptions grpc, GrpcEdgeOptions edge)
    {
        grpc.Interceptors.Add<GateInterceptor>();
        grpc.MaxReceiveMessageSize = edge.MaxReceiveBytes;
        // Ranges, watch responses and snapshots may be larger than any request.
        grpc.MaxSendMessageSize = null;
        grpc.IgnoreUnknownServices = true;
        grpc.EnableDetailedErrors = false;
    }
}
