using Grpc.Core;
using Grpc.Health.V1;

namespace Etcd.Member.Grpc;

/// <summary>The gRPC health protocol for the server as a whole (api.md §12). Thread-safe.</summary>
internal sealed class HealthService(ServingStatus serving) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        request.Service.Length == 0
            ? Task.FromResult(new HealthCheckResponse { Status = serving.Read().Status })
            : throw new RpcException(new Status(StatusCode.NotFound, "unknown service"));

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        HealthListResponse response = new();
        response.Statuses.Add(string.Empty, new HealthCheckResponse { Status = serving.Read().Status });
        return Task.FromResult(response);
    }

    public override async Task Watch(
        HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context)
    {
        CancellationToken end = context.StreamToken();
        HealthCheckResponse.Types.ServingStatus? last = null;
        while (true)
        {
            (HealthCheckResponse.Types.ServingStatus status, Task changed) = serving.Read();
            status = request.Service.Length == 0 ? status : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status != last)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, end);
                last = status;
            }

            await changed.WaitAsync(end);
        }
    }
}
