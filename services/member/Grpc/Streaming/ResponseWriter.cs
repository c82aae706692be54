using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Grpc;

/// <summary>
/// The messages that go out over a stream, counted. They are encoded straight into the response's buffer, several in one
/// piece of it when they are flushed together; only very large ones, the first one, and those of a call that is answered
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

    // Pieces above the 4 KiB of the server's own blocks come from the shared pool of arrays, which has these sizes at
    // hand; a larger message is cut into blocks by the library.
    private const int MaxPieceBytes = 64 * 1024;

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
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryBegin(sizeBytes, out Span<byte> place))
        {
            return SendByLibraryAsync(message, sizeBytes, isLast, cancellationToken);
        }

        ((IMessage)message).WriteTo(place);
        return isLast ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Makes room for a message that the caller encodes by itself, at once. It leaves with the next
    /// <see cref="FlushAsync"/>.</summary>
    /// <param name="sizeBytes">Its encoded size.</param>
    /// <param name="place">As many bytes, all to be written; valid until the next call.</param>
    /// <returns>False when the message must go through <see cref="SendAsync"/>.</returns>
    public bool TryBegin(int sizeBytes, out Span<byte> place)
    {
        _ended.ThrowIfCancellationRequested();
        int needed = PrefixBytes + sizeBytes;
        if (_isCompressed || !_isStarted || needed > MaxPieceBytes)
        {
            place = default;
            return false;
        }

        if (_room.Length - _filledBytes < needed)
        {
            HandOver();
            _room = _body.GetMemory(needed);
        }

        Span<byte> piece = _room.Span.Slice(_filledBytes, needed);
        piece[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(piece[1..], sizeBytes);
        _filledBytes += needed;
        _metrics.Sent(sizeBytes);
        place = piece[PrefixBytes..];
        return true;
    }

    /// <summary>Sends what was begun.</summary>
    /// <param name="cancellationToken">Gives up; while a client takes nothing, by a reset of the stream.</param>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
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
