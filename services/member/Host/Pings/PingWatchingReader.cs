using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Etcd.Member.Host.Pings;

/// <summary>What a client sends, on its way to the server: a policy is told of each frame before the server sees it.
/// </summary>
internal sealed class PingWatchingReader(PipeReader inner, PingPolicy policy) : PipeReader
{
    /// <summary>The client's preface.</summary>
    private const int PrefaceBytes = 24;

    private Http2FrameScanner _frames = new(PrefaceBytes);
    private ReadOnlySequence<byte> _read;
    // How much of what is not taken yet has been scanned.
    private long _scannedBytes;

    /// <inheritdoc />
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Noted(reading.Result)) : NotedAsync(reading);
    }

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Noted(result);
        return true;
    }

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _scannedBytes -= _read.Slice(0, consumed).Length;
        _read = default;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc />
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc />
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> NotedAsync(ValueTask<ReadResult> reading) =>
        Noted(await reading.ConfigureAwait(false));

    private ReadResult Noted(ReadResult result)
    {
        _read = result.Buffer;
        var news = _read.Slice(_scannedBytes);
        _scannedBytes = _read.Length;
        if (news.IsSingleSegment)
        {
            Scan(news.FirstSpan);
            return result;
        }

        foreach (var segment in news)
        {
            Scan(segment.Span);
        }

        return result;
    }

    private void Scan(ReadOnlySpan<byte> bytes)
    {
        while (_frames.TryRead(ref bytes, out var frame))
        {
            policy.Received(frame);
        }
    }
}
