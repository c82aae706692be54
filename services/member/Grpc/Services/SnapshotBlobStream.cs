using System.Security.Cryptography;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// Turns a database file that is written into the messages of the Snapshot RPC: blobs of 32 KiB, the rest, and last the
/// SHA-256 of all. Used by one writer.
/// </summary>
internal sealed class SnapshotBlobStream : Stream
{
    /// <summary>Bytes of one message, as etcd sends them.</summary>
    private const int BlobBytes = 32 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IServerStreamWriter<SnapshotResponse> _responses;
    private readonly byte[] _blob;
    private int _filled;
    private long _remaining;

    /// <summary>Sends to a stream that it does not own.</summary>
    /// <param name="responses">Takes the messages.</param>
    /// <param name="fileBytes">Size of the file, without a hash.</param>
    public SnapshotBlobStream(IServerStreamWriter<SnapshotResponse> responses, long fileBytes)
    {
        _responses = responses;
        _remaining = fileBytes;
        _blob = new byte[Math.Min(BlobBytes, fileBytes)];
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends the hash, once the whole file is written.</summary>
    public Task SendHashAsync(CancellationToken cancellationToken) => _remaining == 0
        ? SendAsync(_hash.GetHashAndReset(), cancellationToken)
        : throw new InvalidOperationException($"{_remaining} planned bytes were not written");

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int wanted = (int)Math.Min(_blob.Length, _remaining);
            int count = Math.Min(buffer.Length, wanted - _filled);
            if (count == 0)
            {
                throw new InvalidOperationException("more than the planned bytes were written");
            }

            buffer.Span[..count].CopyTo(_blob.AsSpan(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == wanted)
            {
                ReadOnlyMemory<byte> full = _blob.AsMemory(0, _filled);
                _hash.AppendData(full.Span);
                _remaining -= _filled;
                _filled = 0;
                await SendAsync(full, cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Only asynchronous writes can wait for the client.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    // A message is encoded by the time its write is done, so all messages share one buffer: a snapshot in flight leaves
    // nothing of its size to the collector, whose pauses would be those of every other call.
    private Task SendAsync(ReadOnlyMemory<byte> blob, CancellationToken cancellationToken) => _responses.WriteAsync(
        new SnapshotResponse
        {
            RemainingBytes = (ulong)_remaining,
            Blob = UnsafeByteOperations.UnsafeWrap(blob),
        },
        cancellationToken);
}
