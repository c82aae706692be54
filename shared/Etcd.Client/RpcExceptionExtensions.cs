using Etcd.Protocol.Errors;
using Grpc.Core;

namespace Etcd.Client;

/// <summary>From gRPC's exceptions to etcd's errors.</summary>
public static class RpcExceptionExtensions
{
    /// <summary>The error that the status stands for; one outside etcd's table keeps its status and text.</summary>
    public static EtcdError ToEtcdError(this RpcException exception) =>
        EtcdErrors.FromStatus((GrpcStatusCode)(int)exception.StatusCode, exception.Status.Detail);
}
