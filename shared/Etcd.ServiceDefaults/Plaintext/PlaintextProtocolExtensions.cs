using System.Net;
using Etcd.ServiceDefaults.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>One plaintext port that serves HTTP/2 with prior knowledge (gRPC) and HTTP/1.1.</summary>
/// <remarks>
/// Kestrel takes plaintext connections of an endpoint with both protocols as HTTP/1.1, since no ALPN tells them apart.
/// Here one socket feeds two of Kestrel's endpoints, one per protocol:
/// <code>
///   socket → read up to 24 bytes, consume none ─┬ the HTTP/2 preface → endpoint with HttpProtocols.Http2
///                                               └ anything else      → endpoint with HttpProtocols.Http1
/// </code>
/// Usage: <c>services.AddPlaintextProtocolDetection()</c> once, then <c>kestrel.ListenHttp1AndHttp2Plaintext(…)</c>
/// per port.
/// </remarks>
public static class PlaintextProtocolExtensions
{
    /// <summary>Adds the transport behind <see cref="ListenHttp1AndHttp2Plaintext"/>, and the server's
    /// <see cref="ConnectionLimitOptions"/>; several calls add one.</summary>
    public static IServiceCollection AddPlaintextProtocolDetection(this IServiceCollection services)
    {
        services.TryAddSingleton<LimitedSocketFactory>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IConnectionListenerFactory, LimitedSocketFactory>(
                static provider => provider.GetRequiredService<LimitedSocketFactory>()),
            ServiceDescriptor.Singleton<IConnectionListenerFactory, PlaintextListenerFactory>(),
        ]);
        return services;
    }

    /// <summary>Listens for HTTP/2 (prior knowledge) and HTTP/1.1 on one plaintext port.</summary>
    /// <param name="options">The server.</param>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> (port 0 for any) or a Unix socket.</param>
    /// <param name="configure">Called for both of Kestrel's endpoints; null for nothing.</param>
    public static void ListenHttp1AndHttp2Plaintext(
        this KestrelServerOptions options,
        EndPoint endPoint,
        Action<ListenOptions>? configure = null)
    {
        // Kestrel binds endpoints in the order they were added, so the socket exists before its HTTP/2 side is bound.
        var port = new PlaintextPort(endPoint);
        Listen(new PlaintextEndPoint(port, HttpProtocols.Http1), HttpProtocols.Http1);
        Listen(new PlaintextEndPoint(port, HttpProtocols.Http2), HttpProtocols.Http2);

        void Listen(EndPoint side, HttpProtocols protocols) => options.Listen(
            side,
            listen =>
            {
                configure?.Invoke(listen);
                listen.Protocols = protocols;
            });
    }
}
