using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Etcd.ServiceDefaults.Connections;

/// <summary>Kestrel's sockets under the server's <see cref="ConnectionLimitOptions"/>.</summary>
[SuppressMessage(
    "Reliability", "CA1001", Justification = "Connections give their room back until the last one has ended.")]
internal sealed class LimitedSocketFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets;
    private readonly SemaphoreSlim _room;

    public LimitedSocketFactory(
        IOptions<SocketTransportOptions> sockets,
        IOptions<ConnectionLimitOptions> limit,
        ILoggerFactory loggerFactory)
    {
        _sockets = new SocketTransportFactory(sockets, loggerFactory);
        _room = new SemaphoreSlim(limit.Value.MaxConnections);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new LimitedListener(await _sockets.BindAsync(endpoint, cancellationToken), _room);
}
