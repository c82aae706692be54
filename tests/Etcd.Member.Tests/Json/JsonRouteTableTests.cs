using Etcd.Member.Json;
using Etcdserverpb;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using V3Electionpb;
using V3Lockpb;

namespace Etcd.Member.Tests.Json;

public sealed class JsonRouteTableTests
{
    private static readonly Marshaller<byte[]> Raw = new(static bytes => bytes, static bytes => bytes);

    [Fact]
    public void Every_path_belongs_to_a_method_that_exists()
    {
        string[] methods =
        [
            .. new[] { RpcReflection.Descriptor, V3LockReflection.Descriptor, V3ElectionReflection.Descriptor }
                .SelectMany(file => file.Services)
                .SelectMany(service => service.Methods)
                .Select(method => $"{method.Service.FullName}/{method.Name}"),
        ];

        Assert.Empty(JsonPaths.Of.Keys.Except(methods));
        // What etcd 3.5 does not have has no path.
        Assert.Equal(["etcdserverpb.KV/RangeStream"], methods.Except(JsonPaths.Of.Keys));
    }

    [Fact]
    public void Services_that_are_not_mapped_have_no_paths()
    {
        var routes = JsonRouteTable.Of([Mapped("etcdserverpb.Lease", "LeaseLeases"), Mapped("other.Service", "Call")]);

        Assert.Equal(["/v3/kv/lease/leases", "/v3/lease/leases"], routes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("LeaseLeases", routes["/v3/lease/leases"].Method.Name);
    }

    private static Endpoint Mapped(string service, string method) => new(
        requestDelegate: null,
        new EndpointMetadataCollection(new GrpcMethodMetadata(
            typeof(JsonRouteTableTests), new Method<byte[], byte[]>(MethodType.Unary, service, method, Raw, Raw))),
        displayName: method);
}
