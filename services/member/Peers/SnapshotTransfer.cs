using System.Diagnostics;
using System.Net;
using Etcd.Member.Host;
using Etcd.Node;
using Etcd.Ports.Engine;
using Etcd.Raft;
using Etcd.Storage.Bbolt;
using Etcd.Storage.RocksDb;

namespace Etcd.Member.Peers;

/// <summary>
/// Sends whole states as etcd's database file and installs received ones (etcd's <c>snapshotSender</c>,
/// <c>EtcdServer.applySnapshot</c>). Thread-safe.
/// </summary>
internal sealed partial class SnapshotTransfer : ISnapshotTransfer, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpPeerTransport _transport;
    private readonly SnapshotFiles _files;
    private readonly RunningMember _member;
    private readonly ILogger _logger;

    /// <summary>Creates a transfer.</summary>
    public SnapshotTransfer(
        HttpPeerTransport transport, SnapshotFiles files, RunningMember member, ILoggerFactory loggers)
    {
        _transport = transport;
        _files = files;
        _member = member;
        _logger = loggers.CreateLogger<SnapshotTransfer>();
    }

    /// <inheritdoc />
    public void Send(Message message, IKvSnapshot state)
    {
        var complete = WithMembership(message);
        _ = Task.Run(() => SendAsync(complete, state));
    }

    /// <inheritdoc />
    public IKvEngine Install(Snapshot snapshot, IKvEngine current)
    {
        var engine = (RocksDbEngine)current;
        var index = snapshot.Metadata.Index;
        var watch = Stopwatch.StartNew();
        using (var reader = DatabaseFileReader.Open(_files.PathOf(index)))
        {
            engine.Replace(reader.OpenBucket, amend: null, _stopping.Token);
        }

        _files.RemoveThrough(index);
        _member.Use(engine);
        Installed(_logger, index, watch.Elapsed);
        return engine;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>etcd 3.5 takes the members from the message, not from the file.</summary>
    private Message WithMembership(Message message) => new()
    {
        Type = message.Type,
        To = message.To,
        From = message.From,
        Term = message.Term,
        LogTerm = message.LogTerm,
        Index = message.Index,
        Commit = message.Commit,
        Context = message.Context,
        Snapshot = new Snapshot(V2StoreJson.Write(_member.Node.Membership), message.Snapshot!.Metadata),
    };

    private async Task SendAsync(Message message, IKvSnapshot state)
    {
        var metrics = _transport.Metrics;
        var to = MemberIds.Text(message.To);
        var index = message.Snapshot!.Metadata.Index;
        var watch = Stopwatch.StartNew();
        string? failure;
        metrics.SnapshotSendInflight.Of(to).Increment();
        using (state)
        {
            failure = await PostAsync(message, state, index, to).ConfigureAwait(false);
        }

        metrics.SnapshotSendInflight.Of(to).Decrement();
        if (failure is null)
        {
            metrics.SnapshotSent.Of(to).Increment();
            metrics.SnapshotSendSeconds.Of(to).Observe(watch.Elapsed.TotalSeconds);
            _member.Node.Metrics.SnapshotObserved?.Invoke(watch.Elapsed);
            Sent(_logger, index, to, watch.Elapsed);
        }
        else
        {
            metrics.SnapshotSendFailures.Of(to).Increment();
            metrics.SentFailures.Of(to).Increment();
            SendFailed(_logger, index, to, failure);
            _transport.Events?.ReportUnreachable(message.To);
        }

        _transport.Events?.ReportSnapshot(message.To, failure is null);
    }

    /// <summary>Null when the member has the state, else why not.</summary>
    private async Task<string?> PostAsync(Message message, IKvSnapshot state, ulong index, string to)
    {
        var peer = _transport.Find(message.To);
        if (peer is null)
        {
            return "the member is not known";
        }

        var url = peer.PickUrl();
        string? failure = null;
        try
        {
            using var content = new SnapshotContent(message, DatabaseFileWriter.Plan(state, _stopping.Token));
            Sending(_logger, index, to, content.SizeBytes);
            using var request = new HttpRequestMessage(HttpMethod.Post, url + "/raft/snapshot");
            request.Content = content;
            PeerHeaders.Add(request, _transport.Options);
            using var response = await _transport.Client.SendAsync(request, _stopping.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NoContent)
            {
                _transport.Metrics.SentBytes.Of(to).Add(content.SizeBytes);
            }
            else
            {
                var body = await response.Content.ReadAsStringAsync(_stopping.Token).ConfigureAwait(false);
                failure = $"unexpected http status {(int)response.StatusCode}: {body.TrimEnd('\n')}";
            }
        }
        catch (Exception e)
        {
            failure = e.InnerException?.Message ?? e.Message;
        }

        peer.ReportTransfer(url, failure);
        return failure;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "sending database snapshot")]
    private static partial void Sending(ILogger logger, ulong snapshotIndex, string remotePeerId, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "sent database snapshot")]
    private static partial void Sent(ILogger logger, ulong snapshotIndex, string remotePeerId, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to send database snapshot")]
    private static partial void SendFailed(ILogger logger, ulong snapshotIndex, string remotePeerId, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "restored the database of a snapshot")]
    private static partial void Installed(ILogger logger, ulong incomingSnapshotIndex, TimeSpan took);
}
