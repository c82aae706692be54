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
        HttpClient = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
    });
}
