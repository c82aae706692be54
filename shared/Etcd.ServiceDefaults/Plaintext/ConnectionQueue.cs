using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>Connections of one protocol on their way to Kestrel's accept loop. Thread-safe.</summary>
internal sealed class ConnectionQueue : IConnectionListener
{
    // Kestrel's accept loop only starts a task per connection, so the queue is normally empty; the limit keeps a
    // stalled loop from collecting sockets, as the listen backlog (512) does for a plain port.
    private const int CapacityConnections = 512;

    private readonly Channel<ConnectionContext> _connections = Channel.CreateBounded<ConnectionContext>(
        new BoundedChannelOptions(CapacityConnections) { SingleReader = true });

    public ConnectionQueue(EndPoint endPoint)
    {
        EndPoint = endPoint;
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Hands over a connection; false when the listener no longer accepts and the caller keeps it.</summary>
    public async ValueTask<bool> OfferAsync(ConnectionContext connection)
    {
        while (await _connections.Writer.WaitToWriteAsync())
        {
            if (_connections.Writer.TryWrite(connection))
            {
                return true;
            }
        }

        return false;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Writer.TryComplete();
        while (_connections.Reader.TryRead(out var connection))
        {
            connection.Abort();
            await connection.DisposeAsync();
        }
    }
}
