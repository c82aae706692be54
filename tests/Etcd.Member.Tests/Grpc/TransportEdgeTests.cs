using Etcd.Client;
using Etcd.Member.Grpc;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;

namespace Etcd.Member.Tests.Grpc;

/// <summary>Answers that do not need a running member behind the edge.</summary>
public sealed class TransportEdgeTests
{
    private static readonly Marshaller<byte[]> Raw = new(static bytes => bytes, static bytes => bytes);

    [Fact]
    public async Task Call_before_the_cluster_version_is_known_is_not_capable()
    {
        await using TestMember member = await TestMember.StartAsync(new GrpcEdgeOptions(), withNode: false);

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await member.Client.KV.PutAsync(new PutRequest()));

        Assert.Equal(EtcdErrors.NotCapable, exception.ToEtcdError());
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    [Fact]
    public async Task Health_before_the_cluster_version_is_known_is_not_capable()
    {
        await using TestMember member = await TestMember.StartAsync(new GrpcEdgeOptions(), withNode: false);
        Health.HealthClient health = new(member.Client.Invoker);

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await health.CheckAsync(new HealthCheckRequest()));

        Assert.Equal(EtcdErrors.NotCapable, exception.ToEtcdError());
    }

    [Fact]
    public async Task Message_above_the_limit_is_refused_with_its_size()
    {
        await using TestMember member = await TestMember.StartAsync(new GrpcEdgeOptions(), withNode: false);
        PutRequest request = new() { Value = ByteString.CopyFrom(new byte[3 << 20]) };

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await member.Client.KV.PutAsync(request));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal(
            $"grpc: received message larger than max ({request.CalculateSize()} vs. 2097152)",
            exception.Status.Detail);
    }

    [Fact]
    public async Task Malformed_message_is_an_internal_error_as_in_grpc_go()
    {
        await using TestMember member = await TestMember.StartAsync(new GrpcEdgeOptions(), withNode: false);
        Method<byte[], byte[]> range = new(MethodType.Unary, "etcdserverpb.KV", "Range", Raw, Raw);

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await member.Client.Invoker.AsyncUnaryCall(range, null, default, [0x0A, 0xFF]));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.Equal("grpc: error unmarshalling request: unexpected EOF", exception.Status.Detail);
    }

    [Theory]
    [InlineData("etcdserverpb.KV", "Nothing", "unknown method Nothing for service etcdserverpb.KV")]
    [InlineData("nobody.Service", "Call", "unknown service nobody.Service")]
    public async Task Unknown_method_is_unimplemented_with_the_text_of_grpc_go(
        string service, string method, string text)
    {
        await using TestMember member = await TestMember.StartAsync(new GrpcEdgeOptions(), withNode: false);
        Method<byte[], byte[]> unknown = new(MethodType.Unary, service, method, Raw, Raw);

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await member.Client.Invoker.AsyncUnaryCall(unknown, null, default, []));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
        Assert.Equal(text, exception.Status.Detail);
    }
}
