namespace Etcd.Member.Peers.Wire;

/// <summary>Another stream, whose reads end when they return: whoever awaits them stays on its thread.</summary>
internal sealed class BlockingReads(Stream inner) : ForwardReadStream
{
    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(inner.Read(buffer.Span));

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
}
