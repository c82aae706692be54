using System.Security.Cryptography;

namespace Etcd.Storage.Bbolt;

/// <summary>Gathers pages for a stream and hashes what goes there. Used by one caller at a time.</summary>
internal sealed class PageSink(Stream output, IncrementalHash? hash)
{
    /// <summary>What one write carries at least, except the last.</summary>
    private const int FlushBytes = 128 << 10;

    private byte[] _buffer = new byte[2 * FlushBytes];
    private int _count;

    public bool IsFull => _count >= FlushBytes;

    /// <summary>Zeroed room for the next bytes; valid until the next call.</summary>
    public Span<byte> Take(int sizeBytes)
    {
        var end = checked(_count + sizeBytes);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, end);
        }

        var room = _buffer.AsSpan(_count, sizeBytes);
        room.Clear();
        _count = end;
        return room;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var bytes = _buffer.AsMemory(0, _count);
        hash?.AppendData(bytes.Span);
        await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _count = 0;
    }
}
