using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Etcd.ServiceDefaults.Connections;

/// <summary>
/// Accepts only while there is room, so that connections cannot take the files that the process needs for itself (Go's
/// <c>netutil.LimitListener</c>). Kestrel's own limit accepts and closes, which a client takes for a failure, and where
/// no file is left its accept loop turns without rest. One caller accepts at a time.
/// </summary>
internal sealed class LimitedListener : IConnectionListener
{
    private readonly IConnectionListener _listener;
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _unbound = new();

    /// <param name="listener">Accepts; this owns it.</param>
    /// <param name="room">Connections that may still be accepted; shared by listeners.</param>
    public LimitedListener(IConnectionListener listener, SemaphoreSlim room)
    {
        _listener = listener;
        _room = room;
    }

    /// <inheritdoc />
    public EndPoint EndPoint => _listener.EndPoint;

    /// <inheritdoc />
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        try
        {
            await _room.WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        ConnectionContext? connection = null;
        try
        {
            connection = await _listener.AcceptAsync(cancellationToken);
            return connection;
        }
        finally
        {
            if (connection is null)
            {
                _room.Release();
            }
            else
            {
                connection.ConnectionClosed.UnsafeRegister(static room => ((SemaphoreSlim)room!).Release(), _room);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        await _listener.UnbindAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync(CancellationToken.None);
        await _listener.DisposeAsync();
    }
}
