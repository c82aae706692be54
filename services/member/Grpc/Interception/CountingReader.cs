using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Counts the messages that come in over a stream.</summary>
internal sealed class CountingReader<T>(IAsyncStreamReader<T> inner, IGrpcMethodMetrics metrics)
    : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        bool any = await inner.MoveNext(cancellationToken);
        if (any && inner.Current is IMessage message)
        {
            metrics.Received(message.CalculateSize());
        }

        return any;
    }
}
