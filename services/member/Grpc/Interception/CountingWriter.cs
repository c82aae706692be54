using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Counts the messages that go out over a stream.</summary>
internal sealed class CountingWriter<T>(IServerStreamWriter<T> inner, IGrpcMethodMetrics metrics)
    : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// <summary>Writes a message whose encoded size the caller knows.</summary>
    public async Task WriteSizedAsync(T message, int sizeBytes, CancellationToken cancellationToken)
    {
        await inner.WriteAsync(message, cancellationToken);
        metrics.Sent(sizeBytes);
    }

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        await inner.WriteAsync(message, cancellationToken);
        if (message is IMessage sent)
        {
            metrics.Sent(sent.CalculateSize());
        }
    }
}
