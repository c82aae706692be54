namespace Etcd.Member.Peers.Wire;

/// <summary>What follows the frames in a stream: first the bytes that the reader holds already.</summary>
internal sealed class RestStream : ForwardReadStream
{
    private readonly FrameReader _reader;
    private readonly Stream _stream;

    /// <summary>Continues a stream behind a reader; owns neither.</summary>
    public RestStream(FrameReader reader, Stream stream)
    {
        _reader = reader;
        _stream = stream;
    }

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var buffered = _reader.TakeBuffered(buffer.Span);
        return buffered > 0 ? new ValueTask<int>(buffered) : _stream.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
