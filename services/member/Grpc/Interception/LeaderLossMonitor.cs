using System.Collections.Concurrent;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Grpc;

/// <summary>
/// Ends the streams that insist on a leader once there was none at three looks in a row, an election timeout apart:
/// to reconnect a stream costs much more than to refuse a call (etcd <c>monitorLeader</c>). Ends all streams when the
/// host stops. Thread-safe.
/// </summary>
internal sealed class LeaderLossMonitor(
    IMemberAccess member, GrpcEdgeOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
    : BackgroundService
{
    private const int LooksWithoutLeader = 3;

    private readonly ConcurrentDictionary<StreamScope, bool> _streams = new();

    /// <summary>Opens the scope of a stream.</summary>
    /// <param name="requiresLeader">The metadata <c>hasleader: true</c>.</param>
    /// <param name="client">Cancelled when the client goes away.</param>
    public StreamScope Open(bool requiresLeader, CancellationToken client)
    {
        StreamScope scope = new(client);
        _streams[scope] = requiresLeader;
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            scope.End(EtcdErrors.Stopped);
        }

        return scope;
    }

    /// <summary>Closes the scope of a stream that has ended.</summary>
    public void Close(StreamScope scope)
    {
        _streams.TryRemove(scope, out _);
        scope.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenRegistration stop = lifetime.ApplicationStopping.Register(
            () => EndAll(EtcdErrors.Stopped, onlyWithLeader: false));
        using PeriodicTimer timer = new(options.ElectionTimeout, clock);
        int without = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                without = member.IsStarted && member.Node.LeaderId == 0 ? without + 1 : 0;
                if (without >= LooksWithoutLeader)
                {
                    EndAll(EtcdErrors.NoLeader, onlyWithLeader: true);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            EndAll(EtcdErrors.Stopped, onlyWithLeader: false);
        }
    }

    private void EndAll(EtcdError cause, bool onlyWithLeader)
    {
        foreach ((StreamScope scope, bool requiresLeader) in _streams)
        {
            if (requiresLeader || !onlyWithLeader)
            {
                scope.End(cause);
            }
        }
    }
}
