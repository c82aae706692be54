using System.Collections.Frozen;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

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
        .MapPost("/{**path}", AnswerAsync)
        .WithOrder(int.MaxValue)
        .WithDisplayName("gRPC: unknown method");

    private static Task AnswerAsync(HttpContext context)
    {
        if (!GrpcResponses.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        string path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string name = path.StartsWith('/') ? path[1..] : path;
        int end = name.LastIndexOf('/');
        string text = end < 0
            ? $"malformed method name: {GrpcResponses.Quoted(path)}"
            : Services.Contains(name[..end])
                ? $"unknown method {name[(end + 1)..]} for service {name[..end]}"
                : $"unknown service {name[..end]}";
        return GrpcResponses.EndAsync(context, StatusCode.Unimplemented, text);
    }
}
