using System.Collections.Frozen;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Answers calls that no service takes, with the texts of Go's gRPC.</summary>
internal static class UnknownMethods
{
    private static readonly FrozenSet<string> Services = FrozenSet.ToFrozenSet(
        [
            "etcdserverpb.KV", "etcdserverpb.Watch", "etcdserverpb.Lease", "etcdserverpb.Cluster",
            "etcdserverpb.Maintenance", "etcdserverpb.Auth", "v3lockpb.Lock", "v3electionpb.Election",
            "grpc.health.v1.Health",
        ],
        StringComparer.Ordinal);

    /// <summary>Maps what is left of gRPC's paths; other requests find nothing here.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/{service}/{method}", Answer)
        .WithOrder(int.MaxValue)
        .WithDisplayName("gRPC: unknown method");

    private static Task Answer(HttpContext context, string service, string method)
    {
        if (!GrpcResponses.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        string text = Services.Contains(service)
            ? $"unknown method {method} for service {service}"
            : $"unknown service {service}";
        return GrpcResponses.EndAsync(context, StatusCode.Unimplemented, text);
    }
}
