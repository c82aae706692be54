using System.IO.Pipelines;
using System.Threading.Channels;
using Etcd.Member.Metrics.Exposition;
using Etcd.Member.Peers.Wire;
using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// Sends messages down a stream that the peer has opened to us (etcd's <c>streamWriter</c>). Messages are taken
/// from any thread; the task that serves the peer's request writes them.
/// </summary>
internal sealed partial class PeerStreamWriter : IDisposable
{
    /// <summary>As etcd: half a second of a very busy leader; more means that the peer does not keep up.</summary>
    private const int MaxQueuedMessages = 4096;

    /// <summary>Bytes after which a burst is handed to the connection even though more is waiting.</summary>
    private const int FlushBytes = 256 * 1024;

    private readonly Channel<Message> _queue = Channel.CreateBounded<Message>(
        new BoundedChannelOptions(MaxQueuedMessages) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly PeerStreamKind _kind;
    private readonly PeerContext _context;
    private readonly PeerStatus _status;
    private readonly ulong _peerId;
    private readonly ILogger _logger;
    private readonly Counter _sentBytes;
    private CancellationTokenSource? _attached;
    private volatile bool _working;

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
    public bool IsWorking => _working;

    /// <summary>Queues a message; false when the queue is full.</summary>
    public bool TryEnqueue(Message message) => _queue.Writer.TryWrite(message);

    /// <summary>Writes to a stream until it breaks, a newer one replaces it, or <paramref name="stopped"/>.</summary>
    public async Task ServeAsync(PipeWriter output, CancellationToken stopped)
    {
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        var previous = Interlocked.Exchange(ref _attached, mine);
        await CancelAsync(previous).ConfigureAwait(false);
        await _turn.WaitAsync(stopped).ConfigureAwait(false);
        try
        {
            await WriteAllAsync(output, mine.Token).ConfigureAwait(false);
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

    private async Task WriteAllAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        // What waits from before is stale: raft has long repeated it.
        Drain();
        _working = true;
        _status.Activate();
        var peer = MemberIds.Text(_peerId);
        var local = MemberIds.Text(_context.Options.LocalId);
        StreamEstablished(_logger, _kind.LogName(), local, peer);
        var keepAlive = _context.Options.ReadTimeout / 3;
        var timer = _context.Time.CreateTimer(_ => _queue.Writer.TryWrite(LinkHeartbeat.Message), null, keepAlive,
            keepAlive);
        try
        {
            await PumpAsync(output, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            StreamClosed(_logger, _kind.LogName(), local, peer);
        }
        catch (Exception e)
        {
            _status.Deactivate(_kind.LogName(), "write", e.Message);
            _context.Metrics.SentFailures.Of(peer).Increment();
            _context.Events.ReportUnreachable(_peerId);
            StreamLost(_logger, _kind.LogName(), local, peer, e);
        }
        finally
        {
            _working = false;
            await timer.DisposeAsync().ConfigureAwait(false);
            if (Drain())
            {
                _context.Events.ReportUnreachable(_peerId);
            }
        }
    }

    private async Task PumpAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var encoder = new PeerStreamEncoder(_kind);
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var unflushed = 0;
            while (unflushed < FlushBytes && _queue.Reader.TryRead(out var message))
            {
                unflushed += encoder.Write(message, output);
            }

            await FlushAsync(output, cancellationToken).ConfigureAwait(false);
            _sentBytes.Add(unflushed);
        }
    }

    private async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var flush = output.FlushAsync(cancellationToken);
        var result = flush.IsCompleted
            ? await flush.ConfigureAwait(false)
            : await flush.AsTask()
                .WaitAsync(_context.Options.WriteTimeout, _context.Time, cancellationToken)
                .ConfigureAwait(false);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("the peer closed the stream");
        }
    }

    private bool Drain()
    {
        var any = false;
        while (_queue.Reader.TryRead(out var message))
        {
            any |= !LinkHeartbeat.Is(message);
        }

        return any;
    }
}
