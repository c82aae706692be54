using System.Net;
using Etcd.Member.Config.Values;
using Etcd.Member.Host;
using Etcd.Member.Http;
using Etcd.Member.Metrics;
using Etcd.Member.Metrics.Exposition;
using Etcd.Member.Peers;
using Etcd.Member.Peers.Incoming;
using Etcd.Node.Peers;
using Etcd.Raft;
using Etcd.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Member.Tests.Peers;

/// <summary>A transport with its server on a port of its own, without a member behind it.</summary>
internal sealed class PeerHarness : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("etcd-peers-");
    private readonly ListenerSockets _sockets = new(reusePort: false);
    private WebApplication? _server;

    public PeerHarness(ulong id, ulong clusterId)
    {
        Id = id;
        Port = FreePorts.Take();
        var options = new PeerTransportOptions
        {
            LocalPeerUrls = [Url],
            DialTimeout = TimeSpan.FromSeconds(2),
            ReadTimeout = TimeSpan.FromSeconds(5),
            WriteTimeout = TimeSpan.FromSeconds(5),
        };
        Registry = new MetricRegistry();
        Transport = new HttpPeerTransport(
            options, new PeerMetrics(Registry), TimeProvider.System, NullLoggerFactory.Instance);
        Transport.Identify(id, clusterId);
        Transport.Start(Events);
    }

    public ulong Id { get; }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public RecordingEvents Events { get; } = new();

    public HttpPeerTransport Transport { get; }

    public MetricRegistry Registry { get; }

    public HashSet<ulong> Removed { get; } = [];

    public PeerAddress Address => new(Id, [Url]);

    public string SnapshotDirectory => _directory.FullName;

    public async Task ServeAsync()
    {
        EtcdUrls.Parse(Url, out var urls);
        List<EndPoint> endPoints = [_sockets.Bind(urls[0])];
        var loggers = NullLoggerFactory.Instance;
        var member = new RunningMember();
        var raft = new RaftRequestHandler(Transport, Removed.Contains, loggers);
        var handler = new PeerRequestHandler(
            Transport,
            raft,
            new SnapshotRequestHandler(Transport, raft, new SnapshotFiles(_directory.FullName), loggers),
            new LeaseRequestHandler(member),
            new MembershipRequestHandler(member, loggers),
            new VersionHandler(member));
        _server = PlainServer.Build(_sockets, endPoints, handler.HandleAsync, loggers);
        await _server.StartAsync();
    }

    public async Task<Message> NextAsync(string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await Events.Messages.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"member {Id} got no message: {what}");
        }
    }

    public static Message Heartbeat(ulong from, ulong to, ulong commit) => new()
    {
        Type = MessageType.Heartbeat,
        From = from,
        To = to,
        Term = 2,
        Commit = commit,
    };

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
        }

        _sockets.Dispose();
        _directory.Delete(recursive: true);
    }
}
