using System.Net;
using Etcd.Gateway.Cluster;
using Etcd.Gateway.Configuration;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Tests.Forwarding;

/// <summary>A gateway in front of three fake members, and a client of it; all over real sockets.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    /// <summary>Far beyond what anything here takes: reaching it is a failure.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly WebApplication _gateway;

    private GatewayFixture(FakeCluster cluster, WebApplication gateway)
    {
        Cluster = cluster;
        _gateway = gateway;
        Tracker = gateway.Services.GetRequiredService<ClusterTracker>();
        Address = new Uri(gateway.Urls.First());
        Channel = GrpcChannel.ForAddress(Address);
    }

    public FakeCluster Cluster { get; }

    public ClusterTracker Tracker { get; }

    public Uri Address { get; }

    public GrpcChannel Channel { get; }

    public KV.KVClient Kv => new(Channel);

    public static PutRequest AnyPut { get; } =
        new() { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8("v") };

    /// <summary>Starts everything and waits until the gateway knows all members and the first as leader.</summary>
    public static async Task<GatewayFixture> StartAsync(TimeSpan? leaderWait = null)
    {
        var cluster = new FakeCluster();
        await cluster.StartAsync();
        var gateway = GatewayHost.Build(new GatewayOptions
        {
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Members = [.. cluster.Members.Select(member => member.Address)],
            LeaderWait = leaderWait ?? Limit,
            LogLevel = LogLevel.Error,
        });
        await gateway.StartAsync();
        var fixture = new GatewayFixture(cluster, gateway);
        await fixture.UntilAsync(
            view => view.Leader is not null && view.Readers.Count == 3, "a leader and three readers");
        return fixture;
    }

    /// <summary>Waits, on the tracker's own signal, until its view is as expected.</summary>
    public async Task UntilAsync(Func<ClusterView, bool> condition, string expected)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (true)
        {
            var changed = Tracker.Changed;
            var view = Tracker.View;
            if (condition(view))
            {
                return;
            }

            await changed.WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(
                timeout.IsCancellationRequested,
                $"tracking: expected {expected}, leader is {view.Leader?.ToString() ?? "none"}, "
                + $"{view.Readers.Count} readers");
        }
    }

    public Task UntilLeaderAsync(FakeMember? member) => UntilAsync(
        view => view.Leader?.Address == member?.Address, $"leader {member?.Id.ToString() ?? "none"}");

    public async Task StopGatewayAsync() => await _gateway.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _gateway.StopAsync(new CancellationToken(canceled: true));
        await _gateway.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
