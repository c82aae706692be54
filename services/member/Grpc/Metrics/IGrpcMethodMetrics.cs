using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>The counters of one RPC method. Thread-safe; must not block.</summary>
internal interface IGrpcMethodMetrics
{
    /// <summary>A call began (<c>grpc_server_started_total</c>).</summary>
    void Started();

    /// <summary>A message came in (<c>grpc_server_msg_received_total</c>, received bytes).</summary>
    /// <param name="sizeBytes">Its encoded size.</param>
    void Received(int sizeBytes);

    /// <summary>A message went out (<c>grpc_server_msg_sent_total</c>, sent bytes).</summary>
    /// <param name="sizeBytes">Its encoded size.</param>
    void Sent(int sizeBytes);

    /// <summary>A call ended (<c>grpc_server_handled_total</c>, <c>grpc_server_handling_seconds</c>).</summary>
    /// <param name="status">How.</param>
    /// <param name="elapsed">From start to end.</param>
    void Handled(StatusCode status, TimeSpan elapsed);
}
