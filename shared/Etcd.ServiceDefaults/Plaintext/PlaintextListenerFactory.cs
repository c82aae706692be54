using System.Net;
using Etcd.ServiceDefaults.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>Binds <see cref="PlaintextEndPoint"/>s; leaves every other endpoint to Kestrel's own transport.</summary>
internal sealed class PlaintextListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly LimitedSocketFactory _sockets;
    private readonly PlaintextTimeouts _timeouts;
    private readonly ILogger<PlaintextListener> _logger;

    public PlaintextListenerFactory(
        LimitedSocketFactory sockets,
        IOptions<KestrelServerOptions> kestrel,
        ILoggerFactory loggerFactory)
    {
        _sockets = sockets;
        _timeouts = new PlaintextTimeouts(kestrel.Value.Limits.RequestHeadersTimeout);
        _logger = loggerFactory.CreateLogger<PlaintextListener>();
    }

    public bool CanBind(EndPoint endpoint) => endpoint is PlaintextEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint,
        CancellationToken cancellationToken = default)
    {
        var side = (PlaintextEndPoint)endpoint;
        if (side.Protocol == HttpProtocols.Http2)
        {
            var socketSide = side.Port.Listener
                ?? throw new InvalidOperationException($"The HTTP/2 side of {side} is bound before its socket.");
            return socketSide.Http2;
        }

        var socket = await _sockets.BindAsync(side.Port.EndPoint, cancellationToken);
        var listener = new PlaintextListener(socket, _timeouts, TimeProvider.System, _logger);
        side.Port.Listener = listener;
        return listener;
    }
}
