using System.Net;
using Etcd.Member.Config;
using Etcd.Member.Config.Values;
using Etcd.Member.Grpc;
using Etcd.Member.Http;
using Etcd.Member.Http.Profiling;
using Etcd.Member.Logging;
using Etcd.Member.Metrics;
using Etcd.Member.Peers;
using Etcd.Member.Peers.Incoming;
using Etcd.Node;
using Etcd.ServiceDefaults.Tracing;
using Etcd.Storage.DataDirectory;
using Etcd.Storage.Import;
using Etcd.Storage.RocksDb;
using Etcd.Storage.Wal;

namespace Etcd.Member.Host;

/// <summary>
/// One run of the member, from its configuration to its exit code (etcd's <c>embed.StartEtcd</c> and
/// <c>etcdmain.startEtcd</c>).
/// </summary>
/// <remarks>
/// <code>
/// bind all sockets → lock the data directory → open the engine → decide who we are → node
///   → peer server, metrics server → published → client servers → ready      (servers are built meanwhile)
/// signal, removal or failure → client server (answers what it was asked) → node (hands leadership over) → peers
///   → engine → lock
/// </code>
/// </remarks>
internal sealed partial class MemberProcess : IAsyncDisposable
{
    private readonly MemberConfig _config;
    private readonly LogSink _sink;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly StopSignal _signal;
    private readonly RunningMember _member = new();
    private readonly ServerMetricsSet _metrics;
    private readonly ListenerSockets _sockets;
    private readonly DataDirectory _directory;
    private readonly FileBudget _files = new(ProcessFiles.Limit());
    private readonly Stack<Func<ValueTask>> _cleanup = new();
    private HttpPeerTransport? _transport;
    private WebApplication? _clientServer;
    private bool _servesPeers;

    /// <summary>Creates a run.</summary>
    public MemberProcess(
        MemberConfig config, LogSink sink, ILoggerFactory loggers, TimeProvider time, StopSignal signal)
    {
        _config = config;
        _sink = sink;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Etcd.Member.Host.MemberProcess");
        _time = time;
        _signal = signal;
        _metrics = new ServerMetricsSet(config, _member, time);
        _sockets = new ListenerSockets(config.ReusePort);
        _directory = new DataDirectory(config, loggers);
    }

    /// <summary>Runs until a signal, the removal of the member, or a failure.</summary>
    /// <returns>The number of the signal that ended it, or minus the exit code.</returns>
    public async Task<int> RunAsync()
    {
        if (_config.FlagsWithoutEffect.Count > 0)
        {
            FlagsWithoutEffect(_logger, _config.FlagsWithoutEffect);
        }

        if (!_files.Suffices)
        {
            TooFewFiles(_logger, _files.Limit, FileBudget.Least);
            return -1;
        }

        _directory.Report();
        MemberNode node;
        HttpPeerTransport transport;
        try
        {
            (node, transport) = await StartAsync(_signal.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_signal.Token.IsCancellationRequested)
        {
            return await StopBySignalAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await CloseAsync().ConfigureAwait(false);
            StartFailed(_logger, e.Message);
            Fatal(_logger, "discovery failed", e.Message);
            return -1;
        }

        await Task.WhenAny(_signal.Received, node.Stopped, transport.LocalMemberRemoved).ConfigureAwait(false);
        if (_signal.Received.IsCompleted)
        {
            return await StopBySignalAsync().ConfigureAwait(false);
        }

        return await StopByItselfAsync(node, transport).ConfigureAwait(false);
    }

    /// <summary>Ends everything that still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_cleanup.TryPop(out var step))
        {
            await step().ConfigureAwait(false);
        }

        _sockets.Dispose();
    }

    private async Task<(MemberNode Node, HttpPeerTransport Transport)> StartAsync(CancellationToken cancellationToken)
    {
        ConfiguringPeerListeners(_logger, EtcdUrls.Texts(_config.ListenPeerUrls));
        var peerEndPoints = BindAll(_config.ListenPeerUrls);
        ConfiguringClientListeners(_logger, EtcdUrls.Texts(_config.ListenClientUrls));
        var clientEndPoints = BindAll(_config.ListenClientUrls);
        if (_config.ListenClientUrls.Intersect(_config.ListenClientHttpUrls).FirstOrDefault() is { } shared)
        {
            throw new StartException(
                $"cannot bind both --client-listen-urls and --client-listen-http-urls on the same url {shared}");
        }

        var httpEndPoints = BindAll(_config.ListenClientHttpUrls);
        var metricsEndPoints = BindAll(_config.ListenMetricsUrls);
        _sink.Write(
            "info",
            null,
            "member/MemberProcess.Starting",
            "starting an etcd server",
            StartupReport.Fields(_config, _directory.IsInitialized));

        if (_config.Tracing is { } tracing)
        {
            OnCleanup(CallTracing.Start(tracing).Dispose);
            Tracing(
                _logger, tracing.Address, tracing.ServiceName, tracing.InstanceId, tracing.SamplesPerMillion);
        }

        var transport = CreateTransport();
        var files = new SnapshotFiles(_config.SnapDirectory);
        var handler = CreateHttpHandler();
        var addEdge = EdgeServices(transport);
        var peerServer = BuildAside(() => BuildPeerServer(peerEndPoints, transport, files, addEdge));
        var clientServer = BuildAside(() => ClientServer.Build(
            _config,
            _sockets,
            clientEndPoints,
            httpEndPoints,
            handler,
            _loggers,
            WithPings(addEdge, _config.KeepAlive.MinTime) + _files.Apply));
        var engine = await OpenEngineAsync(cancellationToken).ConfigureAwait(false);
        var node = await StartNodeAsync(engine, transport, files, cancellationToken).ConfigureAwait(false);
        await ServePeersAsync(peerServer, cancellationToken).ConfigureAwait(false);
        await ServeMetricsAsync(metricsEndPoints, handler, cancellationToken).ConfigureAwait(false);
        NowServing(
            _logger,
            MemberIds.Text(node.MemberId),
            EtcdUrls.Texts(_config.AdvertisePeerUrls),
            EtcdUrls.Texts(_config.ListenPeerUrls),
            EtcdUrls.Texts(_config.AdvertiseClientUrls),
            EtcdUrls.Texts(_config.ListenClientUrls),
            EtcdUrls.Texts(_config.ListenMetricsUrls));

        // A member that ends before it is published must not wait for it.
        await Task.WhenAny(node.Published, node.Stopped, transport.LocalMemberRemoved)
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        if (node.Published.IsCompletedSuccessfully)
        {
            await ServeClientsAsync(clientServer, cancellationToken).ConfigureAwait(false);
            NotifyInit();
        }

        return (node, transport);
    }

    /// <summary>One listener of a kind may be named twice; two kinds cannot share a socket.</summary>
    private List<EndPoint> BindAll(IEnumerable<EtcdUrl> urls) =>
        [.. urls.DistinctBy(static url => url.Address).Select(_sockets.Bind)];

    private async Task<RocksDbEngine> OpenEngineAsync(CancellationToken cancellationToken)
    {
        if (_config.MaxRequestBytes > RecommendedMaxRequestBytes)
        {
            LargeRequests(_logger, _config.MaxRequestBytes, RecommendedMaxRequestBytes);
        }

        var hold = await DataDirectoryLock
            .AcquireAsync(_config.DataDirectory, _logger, _time, cancellationToken)
            .ConfigureAwait(false);
        OnCleanup(hold.Dispose);
        _directory.Prepare();
        var start = _time.GetTimestamp();
        var engine = RocksDbEngine.Open(new RocksDbEngineOptions
        {
            Directory = _directory.EngineDirectory,
            MaxOpenFiles = _files.EngineFiles,
            BlockCacheSizeBytes = MemoryBudget.OfProcess.BlockCacheBytes,
            WriteBufferSizeBytes = MemoryBudget.OfProcess.WriteBufferBytes,
        });
        OnCleanup(engine.Dispose);
        EngineOpened(_logger, _directory.EngineDirectory, _time.GetElapsedTime(start));
        ImportEtcdDirectory(engine, cancellationToken);
        _member.Use(engine);
        return engine;
    }

    /// <summary>Takes over what etcd, or a restore, wrote into the data directory.</summary>
    private void ImportEtcdDirectory(RocksDbEngine engine, CancellationToken cancellationToken)
    {
        var directory = new EtcdDataDirectory(_config.SnapDirectory, _config.WalDirectory);
        if (directory.NeedsImport())
        {
            ImportingEtcdDirectory(_logger, _config.MemberDirectory);
            directory.Import(engine, new WalOptions(), cancellationToken);
        }
    }

    private HttpPeerTransport CreateTransport()
    {
        var options = new PeerTransportOptions
        {
            LocalPeerUrls = EtcdUrls.Texts(_config.AdvertisePeerUrls),
            DialTimeout = _config.PeerDialTimeout,
            ReadTimeout = _config.RaftReadTimeout,
            WriteTimeout = _config.RaftWriteTimeout,
        };
        var transport = new HttpPeerTransport(options, _metrics.Peers, _time, _loggers);
        _cleanup.Push(transport.DisposeAsync);
        _transport = transport;
        return transport;
    }

    private HttpRequestHandler CreateHttpHandler()
    {
        var checks = new HealthChecks(_member, _config.RequestTimeout);
        return new HttpRequestHandler(
            new AccessRules(_config.CorsOrigins, _config.HostWhitelist),
            new HealthHandler(checks, _metrics.Health, _loggers),
            new CheckListHandler("livez", checks.Live, _metrics.Health, _loggers),
            new CheckListHandler("readyz", checks.Ready, _metrics.Health, _loggers),
            new MetricsHandler(_metrics.Registry),
            new VersionHandler(_member),
            new DebugVarsHandler(_member),
            _config.EnablePprof ? new ProfileHandler(_time) : null,
            _loggers);
    }

    private void OnCleanup(Action step) => _cleanup.Push(() =>
    {
        step();
        return ValueTask.CompletedTask;
    });

    private void NotifyInit()
    {
        NotifyingInit(_logger);
        var error = SystemdNotifier.Notify("READY=1");
        if (error is null)
        {
            NotifiedInit(_logger);
        }
        else
        {
            NotifyFailed(_logger, error);
        }
    }
}
