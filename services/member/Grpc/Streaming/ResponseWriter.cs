using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Grpc;

/// <summary>
/// The messages that go out over a stream, counted. Small ones are encoded straight into the response's buffer, several
/// in one piece of it when they are flushed together; large ones, the first one, and those of a call that is answered
/// compressed go through the gRPC library. One writer at a time.
/// </summary>
/// <remarks>
/// <code>
/// 1 byte compressed | 4 bytes length, big endian | message
/// </code>
/// </remarks>
internal sealed class ResponseWriter<T> : IServerStreamWriter<T>
    where T : class
{
    private const int PrefixBytes = 5;

    // What fits a block of the server's memory pool; a larger piece would be allocated for itself.
    private const int MaxSmallBytes = 4096 - PrefixBytes;

    private static readonly WriteOptions MoreToCome = new(WriteFlags.BufferHint);

    private readonly IServerStreamWriter<T> _library;
    private readonly ServerCallContext _call;
    private readonly HttpResponse _response;
    private readonly PipeWriter _body;
    private readonly IHttpResetFeature? _reset;
    private readonly CancellationToken _ended;
    private readonly IGrpcMethodMetrics _metrics;
    private readonly bool _isCompressed;
    private bool _isStarted;
    private Memory<byte> _room;
    private int _filledBytes;

    /// <param name="library">Writes what this class does not.</param>
    /// <param name="call">The call.</param>
    /// <param name="isCompressed">Whether the library compresses the answers.</param>
    /// <param name="metrics">Counts messages.</param>
    public ResponseWriter(
        IServerStreamWriter<T> library, ServerCallContext call, bool isCompressed, IGrpcMethodMetrics metrics)
    {
        HttpContext context = call.GetHttpContext();
        _library = library;
        _call = call;
        _response = context.Response;
        _body = context.Response.BodyWriter;
        _reset = context.Features.Get<IHttpResetFeature>();
        _ended = call.CancellationToken;
        _isCompressed = isCompressed;
        _metrics = metrics;
    }

    /// <inheritdoc/>
    public WriteOptions? WriteOptions
    {
        get => _library.WriteOptions;
        set => _library.WriteOptions = value;
    }

    /// <inheritdoc/>
    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// <inheritdoc/>
    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        SendAsync(message, SizeOf(message), isLast: true, cancellationToken).AsTask();

    /// <summary>Writes a message.</summary>
    /// <param name="message">Encoded before this returns a task, so it may be used again afterwards.</param>
    /// <param name="sizeBytes">Its encoded size.</param>
    /// <param name="isLast">False when another one follows at once, which brings this one on its way too.</param>
    /// <param name="cancellationToken">Gives up; while a client takes nothing, by a reset of the stream.</param>
    public ValueTask SendAsync(T message, int sizeBytes, bool isLast, CancellationToken cancellationToken)
    {
        if (_isCompressed || sizeBytes > MaxSmallBytes || !_isStarted)
        {
            return SendByLibraryAsync(message, sizeBytes, isLast, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        _ended.ThrowIfCancellationRequested();
        int needed = PrefixBytes + sizeBytes;
        if (_room.Length - _filledBytes < needed)
        {
            HandOver();
            _room = _body.GetMemory(needed);
        }

        Span<byte> piece = _room.Span.Slice(_filledBytes, needed);
        piece[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(piece[1..], sizeBytes);
        ((IMessage)message).WriteTo(piece[PrefixBytes..]);
        _filledBytes += needed;
        _metrics.Sent(sizeBytes);
        return isLast ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    private static int SizeOf(T message) => message is IMessage sent ? sent.CalculateSize() : 0;

    private void HandOver()
    {
        if (_filledBytes > 0)
        {
            _body.Advance(_filledBytes);
            _filledBytes = 0;
        }

        _room = default;
    }

    private ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        HandOver();
        ValueTask<FlushResult> flush = _body.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully)
        {
            return WaitAsync(flush, cancellationToken);
        }

        _ = flush.Result;
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for a client that takes nothing. As by the library, giving up resets the stream: there is no room
    /// for a status either.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask<FlushResult> flush, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(
            static writer => ((ResponseWriter<T>)writer!).Reset(), this);
        FlushResult result = await flush;
        if (!result.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _ended.ThrowIfCancellationRequested();
        }
    }

    private void Reset()
    {
        const int cancelled = 8; // CANCEL, RFC 9113 §7
        if (_reset is null)
        {
            _response.HttpContext.Abort();
        }
        else
        {
            _reset.Reset(cancelled);
        }
    }

    private async ValueTask SendByLibraryAsync(
        T message, int sizeBytes, bool isLast, CancellationToken cancellationToken)
    {
        HandOver();
        _call.WriteOptions = isLast ? null : MoreToCome;
        await _library.WriteAsync(message, cancellationToken);
        _isStarted = true;
        _metrics.Sent(sizeBytes);
    }
}
