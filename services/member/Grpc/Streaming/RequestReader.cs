using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// The messages that come in over a stream, counted. One that is at hand as a whole is parsed here, which costs one
/// async frame at most; anything else (compressed, too large, cut off, the end) is left to the gRPC library, which finds
/// the same bytes again. What is no message is the client's mistake, and said to be so with the status of Go's gRPC. One
/// reader at a time.
/// </summary>
/// <remarks>
/// <code>
/// 1 byte compressed | 4 bytes length, big endian | message
/// </code>
/// </remarks>
internal sealed class RequestReader<T> : DeserializationContext, IAsyncStreamReader<T>
    where T : class
{
    private const int PrefixBytes = 5;

    private readonly IAsyncStreamReader<T> _library;
    private readonly PipeReader _body;
    private readonly Func<DeserializationContext, T> _parse;
    private readonly int _maxBytes;
    private readonly IGrpcMethodMetrics _metrics;
    private ReadOnlySequence<byte> _payload;
    private T? _current;
    private bool _hasLeft;

    /// <param name="library">Reads what this class does not.</param>
    /// <param name="body">The body that the library reads.</param>
    /// <param name="parse">Parses a message.</param>
    /// <param name="maxBytes">The largest message that is parsed here; what the library does with larger ones is its
    /// own affair.</param>
    /// <param name="metrics">Counts messages.</param>
    public RequestReader(
        IAsyncStreamReader<T> library,
        PipeReader body,
        Func<DeserializationContext, T> parse,
        int maxBytes,
        IGrpcMethodMetrics metrics)
    {
        _library = library;
        _body = body;
        _parse = parse;
        _maxBytes = maxBytes;
        _metrics = metrics;
    }

    /// <inheritdoc/>
    public T Current => _current ?? throw new InvalidOperationException("no message was read");

    /// <summary>
    /// True once the client has reset the stream, dropped its connection or broken its body off: then there are no more
    /// messages. That may show here before the call's token is cancelled, and is no failure in either order; who still
    /// listens is told that the call is cancelled. It is not an exception because a connection takes thousands of streams
    /// along, and each method that one passes costs as much as a request. Readable from any thread.
    /// </summary>
    public bool HasLeft => Volatile.Read(ref _hasLeft);

    /// <inheritdoc/>
    public override int PayloadLength => (int)_payload.Length;

    /// <inheritdoc/>
    public Task<bool> MoveNext(CancellationToken cancellationToken) => ReadAsync(cancellationToken).AsTask();

    /// <summary>As <see cref="MoveNext"/>, without a task for each message.</summary>
    /// <returns>False when there are no more, see <see cref="HasLeft"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RpcException">What came is no message.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _current = null;
        try
        {
            ValueTask<ReadResult> read = _body.ReadAsync(cancellationToken);
            return !read.IsCompletedSuccessfully ? WaitAsync(read, cancellationToken)
                : TryTake(read.Result) ? ValueTask.FromResult(true)
                : ReadByLibraryAsync(cancellationToken);
        }
        catch (IOException)
        {
            return ValueTask.FromResult(Leave());
        }
    }

    /// <inheritdoc/>
    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    /// <inheritdoc/>
    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(ValueTask<ReadResult> read, CancellationToken cancellationToken)
    {
        try
        {
            if (TryTake(await read))
            {
                return true;
            }
        }
        catch (IOException)
        {
            return Leave();
        }

        return await ReadByLibraryAsync(cancellationToken);
    }

    private async ValueTask<bool> ReadByLibraryAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _library.MoveNext(cancellationToken))
            {
                return false;
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw Unreadable(exception);
        }
        catch (IOException)
        {
            return Leave();
        }

        _current = _library.Current;
        if (_current is IMessage message)
        {
            _metrics.Received(message.CalculateSize());
        }

        return true;
    }

    /// <summary>Parses the first message; false leaves all bytes where they are.</summary>
    private bool TryTake(in ReadResult read)
    {
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (read.IsCanceled || !TryReadLength(buffer, out int length))
        {
            // Nothing counts as consumed or examined: the library reads the same bytes again, at once.
            _body.AdvanceTo(buffer.Start);
            return false;
        }

        _payload = buffer.Slice(PrefixBytes, length);
        try
        {
            _current = _parse(this);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Unreadable(exception);
        }
        finally
        {
            _body.AdvanceTo(_payload.End);
            _payload = default;
        }

        _metrics.Received(length);
        return true;
    }

    /// <summary>Length of the first message, when all of it is there and it is of the simple kind.</summary>
    private bool TryReadLength(in ReadOnlySequence<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        uint bytes = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        length = (int)Math.Min(bytes, int.MaxValue);
        return prefix[0] == 0 && bytes <= _maxBytes && buffer.Length - PrefixBytes >= bytes;
    }

    private bool Leave()
    {
        Volatile.Write(ref _hasLeft, true);
        return false;
    }

    private static RpcException Unreadable(Exception exception) => new(new Status(
        StatusCode.Internal, "grpc: failed to unmarshal the received message: " + exception.Message));
}
