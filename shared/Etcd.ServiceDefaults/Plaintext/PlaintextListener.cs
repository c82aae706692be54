using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>
/// Accepts from the socket, finds each connection's protocol and queues it for the endpoint of that protocol. Kestrel
/// sees this listener as the HTTP/1.1 side and <see cref="Http2"/> as the other.
/// </summary>
/// <remarks>
/// One loop accepts; each connection is examined in a task of its own, so a silent client delays nobody. Connections
/// still under examination are bounded by the two time-outs.
/// </remarks>
internal sealed partial class PlaintextListener : IConnectionListener
{
    private readonly IConnectionListener _socket;
    private readonly PlaintextTimeouts _timeouts;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConnectionQueue _http1;
    private readonly CancellationTokenSource _unbound = new();
    private readonly Task _accepting;

    public PlaintextListener(
        IConnectionListener socket,
        PlaintextTimeouts timeouts,
        TimeProvider timeProvider,
        ILogger logger)
    {
        _socket = socket;
        _timeouts = timeouts;
        _timeProvider = timeProvider;
        _logger = logger;
        _http1 = new ConnectionQueue(socket.EndPoint);
        Http2 = new ConnectionQueue(socket.EndPoint);
        _accepting = Task.Run(AcceptLoopAsync);
    }

    /// <inheritdoc />
    public EndPoint EndPoint => _socket.EndPoint;

    /// <summary>The connections that sent the HTTP/2 preface.</summary>
    public ConnectionQueue Http2 { get; }

    /// <inheritdoc />
    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        _http1.AcceptAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _socket.UnbindAsync(cancellationToken);
        await _unbound.CancelAsync();
        await _accepting;
        await _http1.UnbindAsync(cancellationToken);
        await Http2.UnbindAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync(CancellationToken.None);
        await _http1.DisposeAsync();
        await Http2.DisposeAsync();
        await _socket.DisposeAsync();
        _unbound.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        try
        {
            while (await _socket.AcceptAsync(CancellationToken.None) is { } connection)
            {
                _ = RouteAsync(connection);
            }
        }
        catch (Exception failure)
        {
            // Nobody awaits this loop before the end: say it now, and end both sides as Kestrel's own transport would.
            AcceptFailed(failure, EndPoint);
            await _http1.UnbindAsync();
            await Http2.UnbindAsync();
        }
    }

    private async Task RouteAsync(ConnectionContext connection)
    {
        var queued = false;
        try
        {
            var match = await ExamineAsync(connection);
            if (match != PrefaceMatch.Undecided)
            {
                queued = await (match == PrefaceMatch.Yes ? Http2 : _http1).OfferAsync(connection);
            }
        }
        catch (Exception failure) when (
            failure is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            ConnectionDropped(connection.ConnectionId, failure.Message);
        }
        catch (Exception failure)
        {
            ExaminationFailed(failure, connection.ConnectionId);
        }

        if (!queued)
        {
            connection.Abort();
            await connection.DisposeAsync();
        }
    }

    /// <summary>Reads, consuming nothing, until the protocol is known; undecided when the peer ends first.</summary>
    private async ValueTask<PrefaceMatch> ExamineAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(_timeouts.FirstByte, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _unbound.Token);
        var input = connection.Transport.Input;
        var receivedBefore = 0L;
        while (true)
        {
            var read = await input.ReadAsync(linked.Token);
            var match = Http2Preface.Match(read.Buffer);
            if (match != PrefaceMatch.Undecided)
            {
                // Nothing is examined either, so Kestrel's first read returns these bytes at once.
                input.AdvanceTo(read.Buffer.Start);
                return match;
            }

            var received = read.Buffer.Length;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return PrefaceMatch.Undecided;
            }

            if (receivedBefore == 0 && received > 0)
            {
                timeout.CancelAfter(_timeouts.Preface);
            }

            receivedBefore = received;
        }
    }
}
