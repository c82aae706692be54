using System.Diagnostics;
using Etcd.Member.Http;
using Etcd.Member.Peers.Wire;
using Etcd.Raft;
using Etcd.Storage.Bbolt;

namespace Etcd.Member.Peers.Incoming;

/// <summary>
/// <c>POST /raft/snapshot</c>: a raft message and the database file behind it (etcd's <c>snapshotHandler</c>).
/// Thread-safe.
/// </summary>
internal sealed partial class SnapshotRequestHandler
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly HttpPeerTransport _transport;
    private readonly RaftRequestHandler _raft;
    private readonly SnapshotFiles _files;
    private readonly ILogger _logger;

    /// <summary>Creates a handler.</summary>
    public SnapshotRequestHandler(
        HttpPeerTransport transport, RaftRequestHandler raft, SnapshotFiles files, ILoggerFactory loggers)
    {
        _transport = transport;
        _raft = raft;
        _files = files;
        _logger = loggers.CreateLogger<SnapshotRequestHandler>();
    }

    /// <summary>Takes a snapshot.</summary>
    public async Task PostAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await GoHttp.MethodNotAllowedAsync(context, "POST").ConfigureAwait(false);
            return;
        }

        if (!await _raft.AdmitAsync(context).ConfigureAwait(false))
        {
            return;
        }

        _raft.AddRemote(context.Request);
        using var reader = new FrameReader(context.Request.Body, _transport.Options.ReadTimeout * 4);
        Message message;
        try
        {
            message = await new PeerStreamDecoder(PeerStreamKind.Message, reader, 0, 0)
                .ReadAsync(context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            await FailAsync(context, 0, 400, $"failed to decode raft message ({e.Message})").ConfigureAwait(false);
            return;
        }

        if (message is not { Type: MessageType.Snapshot, Snapshot: { } snapshot })
        {
            await FailAsync(context, message.From, 400, "wrong raft message type").ConfigureAwait(false);
            return;
        }

        await TakeAsync(context, reader, message, snapshot.Metadata.Index).ConfigureAwait(false);
    }

    /// <summary>
    /// Leaves a state with its sender until the one before is installed. Differs from etcd: it takes it, and under a
    /// load that outruns a transfer its leader sends one after the other, each to be installed in turn.
    /// </summary>
    private async Task RestoredAsync(CancellationToken cancellationToken)
    {
        // Admitted, so the transport has started.
        while (_transport.Events!.IsRestoring)
        {
            await Task.Delay(LookInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(HttpContext context, FrameReader reader, Message message, ulong index)
    {
        var from = MemberIds.Text(message.From);
        var local = MemberIds.Text(_transport.Options.LocalId);
        var metrics = _transport.Metrics;
        metrics.SnapshotReceiveInflight.Of(from).Increment();
        Receiving(_logger, local, from, index);
        try
        {
            await RestoredAsync(context.RequestAborted).ConfigureAwait(false);
            var watch = Stopwatch.StartNew();
            var body = new RestStream(reader, context.Request.Body);
            await using (body.ConfigureAwait(false))
            {
                var (size, fsync) = await _files.SaveAsync(body, index, context.RequestAborted).ConfigureAwait(false);
                metrics.SnapshotSave.Observe(watch.Elapsed.TotalSeconds);
                metrics.SnapshotFsync.Observe(fsync.TotalSeconds);
                metrics.ReceivedBytes.Of(from).Add(size);
                Received(_logger, local, from, index, size, watch.Elapsed);
            }

            await _raft.FinishAsync(context, message).ConfigureAwait(false);
            metrics.SnapshotReceived.Of(from).Increment();
            metrics.SnapshotReceiveSeconds.Of(from).Observe(watch.Elapsed.TotalSeconds);
        }
        catch (Exception e) when (e is IOException or DatabaseFileException or OperationCanceledException)
        {
            SaveFailed(_logger, local, from, index, e);
            await FailAsync(context, message.From, 500, $"failed to save KV snapshot ({e.Message})")
                .ConfigureAwait(false);
        }
        finally
        {
            metrics.SnapshotReceiveInflight.Of(from).Decrement();
        }
    }

    private Task FailAsync(HttpContext context, ulong from, int status, string text)
    {
        var sender = from == 0 ? "UNKNOWN_SNAPSHOT_SENDER" : MemberIds.Text(from);
        _transport.Metrics.SnapshotReceiveFailures.Of(sender).Increment();
        return GoHttp.ErrorAsync(context, status, text);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "receiving database snapshot")]
    private static partial void Receiving(
        ILogger logger, string localMemberId, string remoteSnapshotSenderId, ulong incomingSnapshotIndex);

    [LoggerMessage(Level = LogLevel.Information, Message = "received and saved database snapshot")]
    private static partial void Received(
        ILogger logger,
        string localMemberId,
        string remoteSnapshotSenderId,
        ulong incomingSnapshotIndex,
        long incomingSnapshotSizeBytes,
        TimeSpan downloadTook);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to save incoming database snapshot")]
    private static partial void SaveFailed(
        ILogger logger, string localMemberId, string remoteSnapshotSenderId, ulong incomingSnapshotIndex,
            Exception error);
}
