namespace Etcd.Gateway.Forwarding;

/// <summary>
/// The client's body as the forwarder reads it. The forwarder reads only after a connection to the member stands, so an
/// attempt that read nothing has sent nothing that a member could act on.
/// </summary>
internal sealed class OutgoingBody : Stream
{
    private readonly Stream _source;
    private readonly ForwardRequest _request;

    public OutgoingBody(Stream source, ForwardRequest request)
    {
        _source = source;
        _request = request;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts again at the first byte, where the source can.</summary>
    public void Rewind()
    {
        if (_source.CanSeek)
        {
            _source.Position = 0;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _request.IsSent = true;
        return _source.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        _request.IsSent = true;
        return _source.ReadAsync(buffer, offset, count, cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is ever buffered for writing.
    }
}
