using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// Refuses a unary request that is too large by its length prefix, with the text of Go's gRPC: nothing of it is read.
/// </summary>
/// <remarks>
/// <code>
/// 1 byte compressed | 4 bytes length, big endian | message
/// </code>
/// The library behind checks all messages again, those of streams too, with a text of its own.
/// </remarks>
internal sealed class MessageSizeMiddleware(RequestDelegate next, GrpcEdgeOptions options)
{
    private const int PrefixBytes = 5;

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method.Type: MethodType.Unary }
            ? CheckAsync(context)
            : next(context);

    private async Task CheckAsync(HttpContext context)
    {
        PipeReader body = context.Request.BodyReader;
        ReadResult read = await body.ReadAtLeastAsync(PrefixBytes, context.RequestAborted);
        uint length = LengthOf(read.Buffer);
        // Nothing counts as consumed or examined: the library reads the same bytes again, at once.
        body.AdvanceTo(read.Buffer.Start);
        if (length > options.MaxReceiveBytes)
        {
            await GrpcResponses.EndAsync(
                context,
                StatusCode.ResourceExhausted,
                $"grpc: received message larger than max ({length} vs. {options.MaxReceiveBytes})");
            return;
        }

        await next(context);
    }

    private static uint LengthOf(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < PrefixBytes)
        {
            return 0;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        return BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
    }
}
