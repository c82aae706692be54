using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Counts nothing.</summary>
internal sealed class NoGrpcMetrics : IGrpcMetrics, IGrpcMethodMetrics
{
    public IGrpcMethodMetrics For(string fullName, MethodType type) => this;

    public void ClientRequest(bool isStream, string clientApiVersion)
    {
    }

    public void StreamFailure(string direction, string api)
    {
    }

    public void Started()
    {
    }

    public void Received(int sizeBytes)
    {
    }

    public void Sent(int sizeBytes)
    {
    }

    public void Handled(StatusCode status, TimeSpan elapsed)
    {
    }
}
