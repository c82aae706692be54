using Google.Protobuf.Reflection;

namespace Etcd.Protocol.Tests;

public sealed class MethodPathTests
{
    private static readonly FileDescriptor[] Files =
    [
        Etcdserverpb.RpcReflection.Descriptor,
        V3Lockpb.V3LockReflection.Descriptor,
        V3Electionpb.V3ElectionReflection.Descriptor,
        Grpc.Health.V1.HealthReflection.Descriptor,
    ];

    [Fact]
    public void Services_have_the_full_names_that_clients_call()
    {
        string[] names = [.. Files.SelectMany(file => file.Services).Select(service => service.FullName)];

        Assert.Equal(
            [
                "etcdserverpb.KV", "etcdserverpb.Watch", "etcdserverpb.Lease", "etcdserverpb.Cluster",
                "etcdserverpb.Maintenance", "etcdserverpb.Auth", "v3lockpb.Lock", "v3electionpb.Election",
                "grpc.health.v1.Health",
            ],
            names);
    }

    [Theory]
    [InlineData("etcdserverpb.WatchResponse", "events", 11)]
    [InlineData("etcdserverpb.Compare", "range_end", 64)]
    [InlineData("etcdserverpb.StatusResponse", "downgradeInfo", 13)]
    [InlineData("etcdserverpb.AuthUserGrantRoleRequest", "user", 1)]
    [InlineData("etcdserverpb.AuthUserRevokeRoleRequest", "name", 1)]
    [InlineData("etcdserverpb.SnapshotResponse", "version", 4)]
    public void Field_has_the_number_on_the_wire(string message, string field, int number)
    {
        MessageDescriptor descriptor = Files.SelectMany(file => file.MessageTypes).Single(m => m.FullName == message);

        Assert.Equal(number, descriptor.FindFieldByName(field).FieldNumber);
    }
}
