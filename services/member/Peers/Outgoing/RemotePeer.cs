using Etcd.Member.Peers.Wire;
using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// Everything towards one other member (etcd's <c>peer</c> and <c>remote</c>). Thread-safe.
/// </summary>
/// <remarks>
/// <code>
///   Send ─┬─ append, its stream is open ─→ PeerStreamWriter ─→ stream that the peer opened here
///         ├─ any, its stream is open ────→ PeerStreamWriter ─→ the same
///         └─ otherwise ──────────────────→ PeerPipeline ─────→ POST /raft at the peer
///   PeerStreamReader (two) ─→ streams that we opened at the peer ─→ IPeerEvents.Receive
/// </code>
/// </remarks>
internal sealed partial class RemotePeer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PeerContext _context;
    private readonly UrlPicker _urls;
    private readonly PeerStatus _status;
    private readonly PeerPipeline _pipeline;
    private readonly PeerStreamWriter _appends;
    private readonly PeerStreamWriter _messages;
    private readonly ILogger _logger;
    private readonly Task _running;

    /// <summary>Starts to talk to a member.</summary>
    /// <param name="context">What all peers share.</param>
    /// <param name="id">The member.</param>
    /// <param name="urls">Its peer URLs.</param>
    /// <param name="isMember">False for one that is only answered, because the log does not name it yet.</param>
    public RemotePeer(PeerContext context, ulong id, IReadOnlyList<string> urls, bool isMember)
    {
        _context = context;
        Id = id;
        Urls = urls;
        _urls = new UrlPicker(urls);
        _status = new PeerStatus(context, id);
        _pipeline = new PeerPipeline(context, _status, _urls, id);
        _appends = new PeerStreamWriter(PeerStreamKind.Append, context, _status, id);
        _messages = new PeerStreamWriter(PeerStreamKind.Message, context, _status, id);
        _logger = context.Loggers.CreateLogger<RemotePeer>();
        PeerStarting(_logger, MemberIds.Text(id));
        _running = RunAsync(isMember);
        PeerStarted(_logger, MemberIds.Text(id));
    }

    /// <summary>The member.</summary>
    public ulong Id { get; }

    /// <summary>Its peer URLs as last told.</summary>
    public IReadOnlyList<string> Urls { get; private set; }

    /// <summary>Timestamp since when it is connected; null while it is not.</summary>
    public long? ActiveSince => _status.ActiveSince;

    /// <summary>True while the peer holds both streams open.</summary>
    public bool IsStreaming => _appends.IsWorking && _messages.IsWorking;

    /// <summary>Sends or drops a message; never waits.</summary>
    public void Send(Message message)
    {
        var taken = message.Type switch
        {
            MessageType.Append when _appends.IsWorking => _appends.TrySend(message),
            MessageType.Snapshot => _pipeline.TryEnqueue(message),
            _ when _messages.IsWorking => _messages.TrySend(message),
            _ => _pipeline.TryEnqueue(message),
        };
        if (taken)
        {
            return;
        }

        _context.Events.ReportUnreachable(Id);
        if (message.Type == MessageType.Snapshot)
        {
            _context.Events.ReportSnapshot(Id, succeeded: false);
        }

        _context.Metrics.SentFailures.Of(MemberIds.Text(Id)).Increment();
        MessageDropped(_logger, message.Type, MemberIds.Text(_context.Options.LocalId), MemberIds.Text(Id));
    }

    /// <summary>Replaces the URLs.</summary>
    public void Update(IReadOnlyList<string> urls)
    {
        Urls = urls;
        _urls.Update(urls);
    }

    /// <summary>The URL to use for a large transfer.</summary>
    public string PickUrl() => _urls.Pick();

    /// <summary>A large transfer to a URL failed or succeeded.</summary>
    public void ReportTransfer(string url, string? failure)
    {
        if (failure is null)
        {
            _status.Activate();
            return;
        }

        _urls.Unreachable(url);
        _status.Deactivate("sendMsgSnap", "post", failure);
    }

    /// <summary>Writes to a stream that the peer has opened, until it ends.</summary>
    public async Task ServeStreamAsync(
        PeerStreamKind kind, System.IO.Pipelines.PipeWriter output, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, _stopping.Token);
        var writer = kind == PeerStreamKind.Append ? _appends : _messages;
        await writer.ServeAsync(output, ended.Token).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        PeerStopping(_logger, MemberIds.Text(Id));
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _appends.StopAsync().ConfigureAwait(false);
        await _messages.StopAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _status.Forget();
        PeerStopped(_logger, MemberIds.Text(Id));
    }

    private async Task RunAsync(bool isMember)
    {
        var stop = _stopping.Token;
        var pipeline = _pipeline.RunAsync(stop);
        if (!isMember)
        {
            await pipeline.ConfigureAwait(false);
            return;
        }

        var prober = new PeerProber(_context, _urls, Id);
        using var appends = new PeerStreamReader(PeerStreamKind.Append, _context, _status, _urls, Id);
        using var messages = new PeerStreamReader(PeerStreamKind.Message, _context, _status, _urls, Id);
        await Task.WhenAll(
            pipeline,
            Task.Run(() => prober.RunAsync(stop), CancellationToken.None),
            Task.Run(() => appends.RunAsync(stop), CancellationToken.None),
            Task.Run(() => messages.RunAsync(stop), CancellationToken.None)).ConfigureAwait(false);
    }
}
