using Grpc.Net.Client;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>Channels with etcd's client limits.</summary>
internal static class Channels
{
    public static GrpcChannel To(string url) => GrpcChannel.ForAddress(url, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        DisposeHttpClient = true,
    });
}
