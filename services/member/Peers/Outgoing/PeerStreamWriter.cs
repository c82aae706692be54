using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Etcd.Member.Metrics.Exposition;
using Etcd.Member.Peers.Wire;
using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// Sends messages down a stream that the peer has opened to us (etcd's <c>streamWriter</c>). Whoever hands in a message
/// while nobody writes does so, since waking another thread takes longer; while the peer does not take what it gets,
/// messages wait in a queue. Thread-safe.
/// </summary>
internal sealed partial class PeerStreamWriter : IDisposable
{
    /// <summary>As etcd: half a second of a very busy leader; more means that the peer does not keep up.</summary>
    private const int MaxQueuedMessages = 4096;

    /// <summary>Bytes after which a burst is handed to the connection even though more is waiting.</summary>
    private const int FlushBytes = 256 * 1024;

    /// <summary>Flushes after which a thread that brought a message has written enough of others'.</summary>
    private const int LentFlushes = 4;

    private readonly Lock _gate = new();
    private readonly Queue<Message> _queue = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly PeerStreamKind _kind;
    private readonly PeerContext _context;
    private readonly PeerStatus _status;
    private readonly ulong _peerId;
    private readonly ILogger _logger;
    private readonly Counter _sentBytes;
    private CancellationTokenSource? _attached;
    private volatile OpenStream? _stream;
    private bool _isWriting;

    /// <summary>Creates a writer without a stream.</summary>
    public PeerStreamWriter(PeerStreamKind kind, PeerContext context, PeerStatus status, ulong peerId)
    {
        _kind = kind;
        _context = context;
        _status = status;
        _peerId = peerId;
        _logger = context.Loggers.CreateLogger<PeerStreamWriter>();
        _sentBytes = context.Metrics.SentBytes.Of(MemberIds.Text(peerId));
    }

    /// <summary>True while the peer holds a stream open.</summary>
    public bool IsWorking => _stream is not null;

    /// <summary>Writes a message, or queues it; never waits.</summary>
    /// <returns>False when the queue is full, or no stream is open.</returns>
    public bool TrySend(Message message)
    {
        OpenStream stream;
        lock (_gate)
        {
            if (_stream is null || _queue.Count == MaxQueuedMessages)
            {
                return false;
            }

            _queue.Enqueue(message);
            if (_isWriting)
            {
                return true;
            }

            _isWriting = true;
            stream = _stream;
        }

        // On this thread for as long as the connection takes what it gets. Tells the stream of failures.
        _ = WriteQueuedAsync(stream);
        return true;
    }

    /// <summary>Lets messages down a stream until it breaks, a newer one replaces it, or
    /// <paramref name="stopped"/>.</summary>
    public async Task ServeAsync(PipeWriter output, CancellationToken stopped)
    {
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        var previous = Interlocked.Exchange(ref _attached, mine);
        await CancelAsync(previous).ConfigureAwait(false);
        await _turn.WaitAsync(stopped).ConfigureAwait(false);
        try
        {
            await ServeUntilEndAsync(new OpenStream(output, _kind, mine.Token)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.CompareExchange(ref _attached, null, mine);
            _turn.Release();
        }
    }

    /// <summary>Ends the stream.</summary>
    public async Task StopAsync() => await CancelAsync(Volatile.Read(ref _attached)).ConfigureAwait(false);

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private static async Task CancelAsync(CancellationTokenSource? source)
    {
        try
        {
            await (source?.CancelAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Its stream ended at the same moment: there is nothing left to cancel.
            return;
        }
    }

    private async Task ServeUntilEndAsync(OpenStream stream)
    {
        _status.Activate();
        var peer = MemberIds.Text(_peerId);
        var local = MemberIds.Text(_context.Options.LocalId);
        StreamEstablished(_logger, _kind.LogName(), local, peer);
        _stream = stream;
        var keepAlive = _context.Options.ReadTimeout / 3;
        var timer = _context.Time.CreateTimer(_ => TrySend(LinkHeartbeat.Message), null, keepAlive, keepAlive);
        try
        {
            var failure = await stream.Failure.WaitAsync(stream.Ended).ConfigureAwait(false);
            _status.Deactivate(_kind.LogName(), "write", failure.Message);
            _context.Metrics.SentFailures.Of(peer).Increment();
            _context.Events.ReportUnreachable(_peerId);
            StreamLost(_logger, _kind.LogName(), local, peer, failure);
        }
        catch (OperationCanceledException)
        {
            StreamClosed(_logger, _kind.LogName(), local, peer);
        }
        finally
        {
            await timer.DisposeAsync().ConfigureAwait(false);
            await CloseAsync(stream).ConfigureAwait(false);
        }
    }

    /// <summary>Drops what waits, and returns once nobody writes to the connection any more.</summary>
    private async Task CloseAsync(OpenStream stream)
    {
        var lost = false;
        lock (_gate)
        {
            _stream = null;
            while (_queue.TryDequeue(out var message))
            {
                lost |= !LinkHeartbeat.Is(message);
            }

            if (!_isWriting)
            {
                stream.Leave();
            }
        }

        await stream.Left.ConfigureAwait(false);
        if (lost)
        {
            _context.Events.ReportUnreachable(_peerId);
        }
    }

    /// <summary>Writes until nothing waits. One call at a time; never throws.</summary>
    private async Task WriteQueuedAsync(OpenStream stream)
    {
        try
        {
            for (var flushes = 1; Encode(stream) is var bytes and > 0; flushes++)
            {
                await stream.FlushAsync(_context).ConfigureAwait(false);
                _sentBytes.Add(bytes);
                if (flushes == LentFlushes)
                {
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _stream = null;
                _isWriting = false;
                stream.Leave();
            }

            stream.Fail(e);
        }
    }

    /// <summary>Puts what waits into the connection's buffer; when that is nothing, the writing is over.</summary>
    /// <returns>Bytes.</returns>
    private int Encode(OpenStream stream)
    {
        var bytes = 0;
        while (bytes < FlushBytes && TryTake(stream, isLast: bytes == 0, out var message))
        {
            bytes += stream.Write(message);
        }

        return bytes;
    }

    private bool TryTake(OpenStream stream, bool isLast, [NotNullWhen(true)] out Message? message)
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out message))
            {
                return true;
            }

            if (isLast)
            {
                _isWriting = false;
                if (_stream != stream)
                {
                    stream.Leave();
                }
            }

            return false;
        }
    }

    /// <summary>A stream from its opening until nobody uses the connection any more.</summary>
    private sealed class OpenStream(PipeWriter output, PeerStreamKind kind, CancellationToken ended)
    {
        private readonly PeerStreamEncoder _encoder = new(kind);
        private readonly TaskCompletionSource<Exception> _failure =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Why it broke.</summary>
        public Task<Exception> Failure => _failure.Task;

        /// <summary>Completes once nobody writes any more.</summary>
        public Task Left => _left.Task;

        /// <summary>Cancelled when it is to end.</summary>
        public CancellationToken Ended => ended;

        public void Fail(Exception failure) => _failure.TrySetResult(failure);

        public void Leave() => _left.TrySetResult();

        public int Write(Message message) => _encoder.Write(message, output);

        public async ValueTask FlushAsync(PeerContext context)
        {
            var flush = output.FlushAsync(ended);
            var result = flush.IsCompleted
                ? await flush.ConfigureAwait(false)
                : await flush.AsTask()
                    .WaitAsync(context.Options.WriteTimeout, context.Time, ended)
                    .ConfigureAwait(false);
            if (result.IsCompleted || result.IsCanceled)
            {
                throw new IOException("the peer closed the stream");
            }
        }
    }
}
