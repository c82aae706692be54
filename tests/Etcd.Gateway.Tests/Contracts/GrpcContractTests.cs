using System.IO.Compression;
using Etcd.Gateway.Tests.Forwarding;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Metadata = Grpc.Core.Metadata;

namespace Etcd.Gateway.Tests.Contracts;

/// <summary>
/// The real gRPC server, client and generated code over the contract projects, through the gateway: what a client sends
/// and a member answers passes unchanged.
/// </summary>
public sealed class GrpcContractTests : IAsyncLifetime
{
    private GatewayFixture _gateway = null!; // Set before each test.

    public async Task InitializeAsync() => _gateway = await GatewayFixture.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    private FakeMember Leader => _gateway.Cluster.Members[0];

    [Fact]
    public async Task Metadata_goes_both_ways_as_text_and_bytes()
    {
        Metadata? seen = null;
        Leader.OnPut = async context =>
        {
            seen = context.RequestHeaders;
            await context.WriteResponseHeadersAsync(new Metadata { { "first", "1" } });
            context.ResponseTrailers.Add("last-bin", [1, 2, 255]);
        };

        var headers = new Metadata { { "token", "abc" }, { "blob-bin", new byte[] { 0, 200 } } };
        using var call = _gateway.Kv.PutAsync(GatewayFixture.AnyPut, headers);
        await call;

        Assert.Equal("abc", seen!.GetValue("token"));
        Assert.Equal([0, 200], seen.GetValueBytes("blob-bin"));
        Assert.Equal("1", (await call.ResponseHeadersAsync).GetValue("first"));
        Assert.Equal([1, 2, 255], call.GetTrailers().GetValueBytes("last-bin"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Error_of_a_member_keeps_code_text_and_trailers()
    {
        Leader.OnPut = _ => throw new RpcException(
            new Status(StatusCode.InvalidArgument, "etcdserver: key is not provided, 100% ä"),
            new Metadata { { "why", "test" } });

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await _gateway.Kv.PutAsync(GatewayFixture.AnyPut));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Equal("etcdserver: key is not provided, 100% ä", failure.Status.Detail);
        Assert.Equal("test", failure.Trailers.GetValue("why"));
    }

    [Fact]
    public async Task Deadline_reaches_the_member_and_ends_the_call()
    {
        DateTime? seen = null;
        Leader.OnPut = context =>
        {
            seen = context.Deadline;
            return FakeMember.Hang(context);
        };
        var deadline = DateTime.UtcNow.AddMilliseconds(700);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await _gateway.Kv.PutAsync(GatewayFixture.AnyPut, deadline: deadline));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.InRange(seen!.Value, deadline.AddSeconds(-1), deadline.AddSeconds(1));
    }

    [Fact]
    public async Task Gzipped_range_is_routed_by_its_content()
    {
        using var channel = GrpcChannel.ForAddress(_gateway.Address, new GrpcChannelOptions
        {
            CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest)],
        });
        var kv = new KV.KVClient(channel);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var request = new RangeRequest { Key = ByteString.CopyFrom(new byte[500]), Serializable = true };
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(500, (await kv.RangeAsync(request, headers)).Count);
        }

        Assert.Equal([1, 1, 1], _gateway.Cluster.Members.Select(member => member.Ranges));
    }

    [Fact]
    public async Task Interceptors_stand_around_calls()
    {
        string? seen = null;
        Leader.OnPut = context =>
        {
            seen = context.RequestHeaders.GetValue("added");
            return Task.CompletedTask;
        };
        var kv = new KV.KVClient(_gateway.Channel.Intercept(new AddsHeader()));

        await kv.PutAsync(GatewayFixture.AnyPut);

        Assert.Equal("yes", seen);
    }

    private sealed class AddsHeader : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, new ClientInterceptorContext<TRequest, TResponse>(
                context.Method,
                context.Host,
                context.Options.WithHeaders(new Metadata { { "added", "yes" } })));
    }
}
