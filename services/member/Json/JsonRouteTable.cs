using System.Collections.Frozen;
using Etcdserverpb;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using V3Electionpb;
using V3Lockpb;

namespace Etcd.Member.Json;

/// <summary>Routes by path, for the services that are mapped: a service that is added gets its paths.</summary>
internal static class JsonRouteTable
{
    private const string Prefix = "/v3/";

    private static readonly FileDescriptor[] Files =
        [RpcReflection.Descriptor, V3LockReflection.Descriptor, V3ElectionReflection.Descriptor];

    /// <summary>The routes of all endpoints that are gRPC methods with a path.</summary>
    public static FrozenDictionary<string, JsonRoute> Of(IEnumerable<Endpoint> endpoints)
    {
        var methods = Files
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .ToDictionary(method => $"{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);
        var routes = new Dictionary<string, JsonRoute>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var name = endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName.TrimStart('/');
            if (name is not null && JsonPaths.Of.TryGetValue(name, out var paths))
            {
                foreach (var path in paths)
                {
                    routes[Prefix + path] = new JsonRoute(methods[name], endpoint);
                }
            }
        }

        return routes.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
