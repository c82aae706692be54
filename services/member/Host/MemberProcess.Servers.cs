using System.Net;
using Etcd.Member.Grpc;
using Etcd.Member.Host.Pings;
using Etcd.Member.Http;
using Etcd.Member.Peers;
using Etcd.Member.Peers.Incoming;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.Member.Host;

internal sealed partial class MemberProcess
{
    /// <summary>
    /// Builds a server beside what else the start does: a third of the start's processor time, and it needs no engine
    /// and no node.
    /// </summary>
    private Task<WebApplication> BuildAside(Func<WebApplication> build)
    {
        var building = Task.Run(build);
        _cleanup.Push(async () =>
        {
            // What went wrong was thrown where it was waited for.
            await ((Task)building).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (building.IsCompletedSuccessfully)
            {
                await (await building.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        });
        return building;
    }

    private WebApplication BuildPeerServer(
        List<EndPoint> endPoints, HttpPeerTransport transport, SnapshotFiles files, Action<IServiceCollection> addEdge)
    {
        var raft = new RaftRequestHandler(
            transport, id => _member.IsStarted && _member.Node.Membership.IsRemoved(id), _loggers);
        var handler = new PeerRequestHandler(
            transport,
            raft,
            new SnapshotRequestHandler(transport, raft, files, _loggers),
            new LeaseRequestHandler(_member),
            new MembershipRequestHandler(_member, _loggers),
            new VersionHandler(_member));
        return PeerServer.Build(
            _config, _sockets, endPoints, handler.HandleAsync, _loggers, WithPings(addEdge, TimeSpan.Zero));
    }

    private async Task ServePeersAsync(Task<WebApplication> server, CancellationToken cancellationToken)
    {
        await RunAsync(await server.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var url in _config.ListenPeerUrls)
        {
            ServingPeers(_logger, url.Address);
        }

        _servesPeers = true;
    }

    private async Task ServeMetricsAsync(
        List<EndPoint> endPoints, HttpRequestHandler handler, CancellationToken cancellationToken)
    {
        if (endPoints.Count == 0)
        {
            return;
        }

        await RunAsync(
            PlainServer.Build(_sockets, endPoints, handler.HandleMetricsAsync, _loggers), cancellationToken)
            .ConfigureAwait(false);
        foreach (var url in _config.ListenMetricsUrls)
        {
            ServingMetrics(_logger, url.ToString());
        }
    }

    private async Task ServeClientsAsync(Task<WebApplication> server, CancellationToken cancellationToken)
    {
        _clientServer = await server.ConfigureAwait(false);
        await RunAsync(_clientServer, cancellationToken).ConfigureAwait(false);
        foreach (var url in _config.ListenClientUrls)
        {
            Ready(_logger);
            ServingClients(_logger, _config.ListenClientHttpUrls.Count == 0 ? "grpc+http" : "grpc", url.Address);
        }

        foreach (var url in _config.ListenClientHttpUrls)
        {
            Ready(_logger);
            ServingClients(_logger, "http", url.Address);
        }
    }

    /// <summary>What the gRPC services need; one set of it serves clients and peers.</summary>
    private Action<IServiceCollection> EdgeServices(HttpPeerTransport transport)
    {
        var leader = new LeaderClient(transport.Client, _member);
        var maintenance = new EngineMaintenance(_member, _metrics.Disk, _time);
        var options = new GrpcEdgeOptions
        {
            ServerVersion = Config.VersionText.Server,
            MaxTxnOps = _config.MaxTxnOps,
            MaxRequestBytes = _config.MaxRequestBytes,
            QuotaBytes = _config.EffectiveQuotaBytes,
            RequestTimeout = _config.RequestTimeout,
            ElectionTimeout = TimeSpan.FromMilliseconds(_config.ElectionMilliseconds),
            SlowRequest = _config.WarningUnaryRequestDuration,
            SlowRead = _config.WarningApplyDuration,
            NotServingWhileDefragmenting = _config.Features.StopGrpcServiceOnDefrag,
        };
        return services =>
        {
            services.AddSingleton<IMemberAccess>(_member);
            services.AddSingleton<ILeaseForwarder>(leader);
            services.AddSingleton<IPromotionForwarder>(leader);
            services.AddSingleton<IGrpcMetrics>(_metrics.Grpc);
            services.AddSingleton<IEngineMaintenance>(maintenance);
            services.AddSingleton(_time);
            services.AddSingleton(options);
        };
    }

    /// <summary>etcd gives the peer port no time of its own.</summary>
    private Action<IServiceCollection> WithPings(Action<IServiceCollection> addServices, TimeSpan minTime) =>
        services =>
        {
            addServices(services);
            services.Configure<KestrelServerOptions>(options => options.UsePingPolicy(minTime, _time));
        };

    private async Task RunAsync(WebApplication app, CancellationToken cancellationToken)
    {
        _cleanup.Push(async () =>
        {
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        });
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
    }
}
