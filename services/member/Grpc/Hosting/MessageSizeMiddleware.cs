using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.Primitives;

namespace Etcd.Member.Grpc;

/// <summary>
/// Refuses a unary request that is too large by its length prefix, with the text of Go's gRPC: nothing of it is read.
/// Gives a request that is no protobuf message the status of Go's gRPC.
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
    private const string UnreadableText = "Exception was thrown by handler.";

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method.Type: MethodType.Unary }
            ? CheckAsync(context)
            : next(context);

    private async Task CheckAsync(HttpContext context)
    {
        PipeReader body = context.Request.BodyReader;
        ReadResult read = await body.ReadAtLeastAsync(PrefixBytes);
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
        NameMalformedMessage(context.Response);
    }

    /// <summary>
    /// The library answers so only when it cannot read the message: exceptions of handlers never reach it.
    /// </summary>
    private static void NameMalformedMessage(HttpResponse response)
    {
        if (!response.HasStarted && response.Headers.TryGetValue("grpc-message", out StringValues text)
            && string.Equals(text, UnreadableText, StringComparison.Ordinal))
        {
            response.Headers["grpc-status"] = "13";
            response.Headers["grpc-message"] = "grpc: error unmarshalling request: unexpected EOF";
        }
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
