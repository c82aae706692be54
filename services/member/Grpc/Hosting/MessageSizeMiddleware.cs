using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.Primitives;

namespace Etcd.Member.Grpc;

/// <summary>
/// Refuses a unary request that is too large by its length prefix, with the text of Go's gRPC: nothing of it is read.
/// Gives one that cannot be decompressed the status of Go's gRPC.
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

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { Method.Type: MethodType.Unary })
        {
            return next(context);
        }

        // The message mostly came together with the headers; then this method costs no task of its own.
        ValueTask<ReadResult> read = context.Request.BodyReader.ReadAtLeastAsync(PrefixBytes);
        return read.IsCompletedSuccessfully ? CheckAsync(context, read.Result) : WaitAsync(context, read);
    }

    private async Task WaitAsync(HttpContext context, ValueTask<ReadResult> read) =>
        await CheckAsync(context, await read);

    private Task CheckAsync(HttpContext context, in ReadResult read)
    {
        uint length = LengthOf(read.Buffer);
        // Nothing counts as consumed or examined: the library reads the same bytes again, at once.
        context.Request.BodyReader.AdvanceTo(read.Buffer.Start);
        return length > options.MaxReceiveBytes
            ? GrpcResponses.EndAsync(
                context,
                StatusCode.ResourceExhausted,
                $"grpc: received message larger than max ({length} vs. {options.MaxReceiveBytes})")
            : context.Request.Headers.ContainsKey("grpc-encoding") ? DecompressAsync(context) : next(context);
    }

    /// <summary>The library answers so only when it cannot decompress: exceptions of handlers never reach it.</summary>
    private async Task DecompressAsync(HttpContext context)
    {
        await next(context);
        HttpResponse response = context.Response;
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
