using System.Net;
using Etcd.Client;
using Etcd.Member.Grpc;
using Etcd.Node;
using Etcd.Ports.Engine;
using Etcd.StateMachine.Membership;
using Etcd.Storage.Wal;
using Etcd.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Member.Tests.Grpc;

/// <summary>A cluster of one in this process behind the real gRPC edge: log on disk, engine in memory.</summary>
internal sealed class TestMember : IAsyncDisposable, IMemberAccess, IEngineMaintenance
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("etcd-member-");
    private readonly InMemoryEngine _engine = new();
    private MemberNode? _node;
    private WebApplication? _app;
    private EtcdClient? _client;

    public bool IsStarted => _node is not null;

    public MemberNode Node => _node ?? throw new InvalidOperationException("not started");

    public IKvEngine Engine => _engine;

    public EtcdClient Client => _client ?? throw new InvalidOperationException("not started");

    public LongReads LongReads =>
        _app?.Services.GetRequiredService<LongReads>() ?? throw new InvalidOperationException("not started");

    public Uri Endpoint => Client.Endpoints[0];

    /// <summary>Starts the member and its edge.</summary>
    public static Task<TestMember> StartAsync() => StartAsync(new GrpcEdgeOptions(), withNode: true);

    /// <summary>Starts the edge, and the member behind it unless that is to be missing.</summary>
    public static async Task<TestMember> StartAsync(GrpcEdgeOptions options, bool withNode)
    {
        TestMember member = new();
        if (withNode)
        {
            await member.StartNodeAsync();
        }

        await member.StartEdgeAsync(options);
        return member;
    }

    public Task DefragmentAsync(CancellationToken cancellationToken) => Node.CheckpointAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        _engine.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task StartNodeAsync()
    {
        const ulong id = 0x8e9e05c52164694d;
        const string url = "http://localhost:2379";
        MemberNodeOptions options = new()
        {
            Name = "default",
            MemberId = id,
            ClusterId = 0xcdf818194e3a8c32,
            ClientUrls = [url],
            InitialMembers = [new ClusterMember(id, "default", ["http://localhost:2380"], [], isLearner: false)],
        };
        SegmentedRaftLogStore log = new(
            Path.Combine(_directory.FullName, "wal"), new WalOptions { SegmentSizeBytes = 1 << 20 });
        _node = await MemberNode.StartAsync(
            options,
            log,
            _engine,
            new LonelyTransport(),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        await _node.Published.WaitAsync(Limit);
        TaskCompletionSource versioned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Timer poll = new(
            _ =>
            {
                if (_node.Membership.Version is not null)
                {
                    versioned.TrySetResult();
                }
            },
            state: null,
            dueTime: 0,
            period: 20);
        await versioned.Task.WaitAsync(Limit);
    }

    private async Task StartEdgeAsync(GrpcEdgeOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port: 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IMemberAccess>(this);
        builder.Services.AddSingleton<IEngineMaintenance>(this);
        builder.Services.AddEtcdGrpc();
        _app = builder.Build();
        _app.MapEtcdGrpc();
        await _app.StartAsync();
        string address = _app.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        _client = new EtcdClient(new EtcdClientOptions { Endpoints = [new Uri(address)], MaxAttempts = 1 });
    }
}
