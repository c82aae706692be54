using Etcd.Protocol.Errors;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Where errors become exceptions: nowhere else.</summary>
internal static class EtcdErrorExtensions
{
    /// <summary>The exception that makes gRPC answer with exactly this error.</summary>
    public static RpcException ToRpcException(this EtcdError error) =>
        new(new Status((StatusCode)(int)error.GrpcStatusCode, error.Message));

    /// <summary>Throws the error, if there is one.</summary>
    public static void ThrowIfAny(this EtcdError? error)
    {
        if (error is not null)
        {
            throw error.ToRpcException();
        }
    }
}
