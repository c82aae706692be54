using Grpc.Net.Client;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>
/// Channels with etcd's client limits. Over an <see cref="HttpClient"/> of its own a channel keeps no state of the
/// connection: a call meets the member as it is now. Over a bare handler it would fail with what it met last, for
/// seconds after a member is back (backoff), and can stay "connecting" for good when a member dies as it is reached.
/// </summary>
internal static class Channels
{
    public static GrpcChannel To(string url) => GrpcChannel.ForAddress(url, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        HttpClient = new HttpClient(new ConnectionFaults
        {
            InnerHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
    });

    /// <summary>
    /// Gives an IOException as the cause where a connection ended in its handshake: SocketsHttpHandler sometimes
    /// gives none, and what has none is "internal" instead of "unavailable" to the gRPC client.
    /// </summary>
    private sealed class ConnectionFaults : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException error) when (
                error is { HttpRequestError: HttpRequestError.Unknown, InnerException: null })
            {
                throw new HttpRequestException(error.Message, new IOException(error.Message, error));
            }
        }
    }
}
