using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Counts the messages that come in over a stream. What is no message is the client's mistake, and said to be
/// so with the status of Go's gRPC.</summary>
internal sealed class CountingReader<T>(IAsyncStreamReader<T> inner, IGrpcMethodMetrics metrics)
    : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        bool any = await ReadAsync(cancellationToken);
        if (any && inner.Current is IMessage message)
        {
            metrics.Received(message.CalculateSize());
        }

        return any;
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, "grpc: failed to unmarshal the received message: " + exception.Message));
        }
    }
}
