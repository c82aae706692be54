using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Takes what etcd's grpc_server_* and client request series show. Thread-safe; must not block.</summary>
internal interface IGrpcMetrics
{
    /// <summary>The counters of a method; asked for once per method and kept.</summary>
    /// <param name="fullName">As on the wire: <c>/etcdserverpb.KV/Range</c>.</param>
    /// <param name="type">Unary or a kind of stream.</param>
    IGrpcMethodMetrics For(string fullName, MethodType type);

    /// <summary>One RPC started (<c>etcd_server_client_requests_total</c>).</summary>
    /// <param name="isStream">The label <c>type</c>: stream or unary.</param>
    /// <param name="clientApiVersion">The client's version header; <c>unknown</c> without one.</param>
    void ClientRequest(bool isStream, string clientApiVersion);

    /// <summary>A stream broke, not by its client (<c>etcd_network_server_stream_failures_total</c>).</summary>
    /// <param name="direction"><c>receive</c> or <c>send</c>.</param>
    /// <param name="api"><c>watch</c> or <c>lease-keepalive</c>.</param>
    void StreamFailure(string direction, string api);
}
