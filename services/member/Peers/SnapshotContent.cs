using System.Buffers.Binary;
using System.Net;
using Etcd.Node.Peers;
using Etcd.Raft;
using Etcd.Storage.Bbolt;

namespace Etcd.Member.Peers;

/// <summary>The body of <c>POST /raft/snapshot</c>. Written once.</summary>
/// <remarks>
/// <code>
/// 8 length, big endian | raft message | database file
/// </code>
/// </remarks>
internal sealed class SnapshotContent : HttpContent
{
    private readonly byte[] _head;
    private readonly DatabaseFileWriter _file;

    /// <summary>Creates a body of a message and the file of its state.</summary>
    public SnapshotContent(Message message, DatabaseFileWriter file)
    {
        _file = file;
        var size = RaftMessageCodec.Size(message);
        _head = new byte[sizeof(ulong) + size];
        BinaryPrimitives.WriteUInt64BigEndian(_head, (ulong)size);
        RaftMessageCodec.Write(message, _head.AsSpan(sizeof(ulong)));
        Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
    }

    /// <summary>Bytes of the body.</summary>
    public long SizeBytes => _head.Length + _file.SizeBytes;

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
        await _file.WriteAsync(stream, appendHash: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = SizeBytes;
        return true;
    }
}
