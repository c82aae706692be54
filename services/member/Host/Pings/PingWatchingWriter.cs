using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Etcd.Member.Host.Pings;

/// <summary>
/// What the server sends, on its way to the client: a policy is told of each frame. Once the client has broken the
/// policy, the flush that carries the answer to its ping says so behind it and ends the connection.
/// </summary>
/// <remarks>
/// Kestrel writes and flushes whole frames, one thread at a time, and never while a flush is on its way. What it writes
/// after the end goes nowhere, as with a client that is gone.
/// </remarks>
internal sealed class PingWatchingWriter(PipeWriter inner, PingPolicy policy) : PipeWriter
{
    private const int MinScratchBytes = 4096;
    private const byte EnhanceYourCalm = 11;

    private Http2FrameScanner _frames;
    private Memory<byte> _memory;
    private bool _hasEnded;

    /// <inheritdoc />
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    /// <inheritdoc />
    public override long UnflushedBytes => _hasEnded ? 0 : inner.UnflushedBytes;

    private static ReadOnlySpan<byte> Reason => "too_many_pings"u8;

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        _memory = _hasEnded ? new byte[Math.Max(sizeHint, MinScratchBytes)] : inner.GetMemory(sizeHint);
        return _memory;
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc />
    public override void Advance(int bytes)
    {
        if (_hasEnded)
        {
            return;
        }

        ReadOnlySpan<byte> written = _memory.Span[..bytes];
        while (_frames.TryRead(ref written, out var frame))
        {
            policy.Sent(frame);
        }

        _memory = _memory[bytes..];
        inner.Advance(bytes);
    }

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_hasEnded)
        {
            return new(new FlushResult(isCanceled: false, isCompleted: true));
        }

        return policy.IsOver && _frames.IsBetweenFrames ? EndAsync() : inner.FlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc />
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    /// <summary>Completing the output lets everything go out before the transport closes the connection.</summary>
    private async ValueTask<FlushResult> EndAsync()
    {
        _hasEnded = true;
        WriteGoAway();
        await inner.CompleteAsync().ConfigureAwait(false);
        return new FlushResult(isCanceled: false, isCompleted: true);
    }

    /// <summary><code>frame header | last stream, 4 bytes | error code, 4 bytes | reason</code></summary>
    private void WriteGoAway()
    {
        const int headerBytes = 9;
        const int fixedBytes = 8;
        Span<byte> frame = stackalloc byte[headerBytes + fixedBytes + Reason.Length];
        frame.Clear();
        frame[2] = (byte)(fixedBytes + Reason.Length);
        frame[3] = Http2Frame.GoAway;
        BinaryPrimitives.WriteInt32BigEndian(frame[headerBytes..], policy.NewestStream);
        frame[headerBytes + 7] = EnhanceYourCalm;
        Reason.CopyTo(frame[(headerBytes + fixedBytes)..]);
        inner.Write(frame);
    }
}
