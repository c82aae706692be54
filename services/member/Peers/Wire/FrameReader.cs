using System.Buffers.Binary;

namespace Etcd.Member.Peers.Wire;

/// <summary>
/// Reads numbers and byte blocks from a stream, and gives up when nothing arrives for a while. Used by one task;
/// does not own the stream.
/// </summary>
internal sealed class FrameReader : IDisposable
{
    /// <summary>Enough for a burst of small messages in one read; larger blocks bypass it.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <summary>A block is allocated as it arrives, not as it is announced: garbage must not cost memory.</summary>
    private const int MaxStepBytes = 1 << 20;

    private readonly Stream _stream;
    private readonly TimeSpan _timeout;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private CancellationTokenSource? _silence;
    private int _start;
    private int _end;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">The source.</param>
    /// <param name="timeout">Longest silence; infinite for a source that gives up by itself.</param>
    public FrameReader(Stream stream, TimeSpan timeout)
    {
        _stream = stream;
        _timeout = timeout;
    }

    /// <summary>Bytes read from the stream so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The next byte.</summary>
    public async ValueTask<byte> ReadByteAsync(CancellationToken cancellationToken)
    {
        await EnsureAsync(1, cancellationToken).ConfigureAwait(false);
        return _buffer[_start++];
    }

    /// <summary>The next eight bytes, big-endian.</summary>
    public async ValueTask<ulong> ReadUInt64Async(CancellationToken cancellationToken)
    {
        await EnsureAsync(sizeof(ulong), cancellationToken).ConfigureAwait(false);
        var value = BinaryPrimitives.ReadUInt64BigEndian(_buffer.AsSpan(_start));
        _start += sizeof(ulong);
        return value;
    }

    /// <summary>The next bytes, in memory of their own.</summary>
    public async ValueTask<byte[]> ReadBytesAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(length, MaxStepBytes)];
        var filled = 0;
        while (filled < length)
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
            }

            var buffered = Math.Min(_end - _start, bytes.Length - filled);
            if (buffered > 0)
            {
                _buffer.AsSpan(_start, buffered).CopyTo(bytes.AsSpan(filled));
                _start += buffered;
                filled += buffered;
            }
            else if (bytes.Length - filled >= BufferBytes)
            {
                filled += await ReadSomeAsync(bytes.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await EnsureAsync(1, cancellationToken).ConfigureAwait(false);
            }
        }

        return bytes;
    }

    /// <summary>Moves bytes that were read ahead into <paramref name="target"/>; how many.</summary>
    public int TakeBuffered(Span<byte> target)
    {
        var count = Math.Min(_end - _start, target.Length);
        _buffer.AsSpan(_start, count).CopyTo(target);
        _start += count;
        return count;
    }

    /// <inheritdoc />
    public void Dispose() => _silence?.Dispose();

    private async ValueTask EnsureAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count)
        {
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            _end += await ReadSomeAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<int> ReadSomeAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var reading = _timeout == Timeout.InfiniteTimeSpan
            ? _stream.ReadAsync(target, cancellationToken)
            : ReadInTimeAsync(target, cancellationToken);
        var read = await reading.ConfigureAwait(false);
        if (read == 0)
        {
            throw new EndOfStreamException("EOF");
        }

        BytesRead += read;
        return read;
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        // One timer serves many reads: it is re-armed as long as it did not fire.
        if (_silence is null || !_silence.TryReset())
        {
            _silence?.Dispose();
            _silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        }

        _silence.CancelAfter(_timeout);
        try
        {
            return await _stream.ReadAsync(target, _silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"i/o timeout: nothing was read for {_timeout.TotalSeconds} s");
        }
    }
}
