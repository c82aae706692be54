using System.Net;
using System.Threading.Channels;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// Sends single messages by POST: while no stream is open, and to members that are not known as peers yet
/// (etcd's <c>pipeline</c>). Messages are taken from any thread.
/// </summary>
internal sealed partial class PeerPipeline
{
    /// <summary>As etcd: a second of messages on a slow path.</summary>
    private const int MaxQueuedMessages = 64;

    /// <summary>Requests at the same time, as etcd.</summary>
    private const int Connections = 4;

    /// <summary>A peer that has not answered by then has lost the request.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly Channel<Message> _queue = Channel.CreateBounded<Message>(
        new BoundedChannelOptions(MaxQueuedMessages) { FullMode = BoundedChannelFullMode.Wait });

    private readonly PeerContext _context;
    private readonly PeerStatus _status;
    private readonly UrlPicker _urls;
    private readonly ulong _peerId;
    private readonly ILogger _logger;

    /// <summary>Creates a pipeline.</summary>
    public PeerPipeline(PeerContext context, PeerStatus status, UrlPicker urls, ulong peerId)
    {
        _context = context;
        _status = status;
        _urls = urls;
        _peerId = peerId;
        _logger = context.Loggers.CreateLogger<PeerPipeline>();
    }

    /// <summary>Queues a message; false when the queue is full.</summary>
    public bool TryEnqueue(Message message) => _queue.Writer.TryWrite(message);

    /// <summary>Sends until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => SendAllAsync(cancellationToken)));

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await SendOneAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task SendOneAsync(Message message, CancellationToken cancellationToken)
    {
        var url = _urls.Pick();
        var bytes = RaftMessageCodec.Encode(message);
        var failure = await PostAsync(url, bytes, cancellationToken).ConfigureAwait(false);
        var isSnapshot = message.Type == MessageType.Snapshot;
        var peer = MemberIds.Text(_peerId);
        if (failure is null)
        {
            _status.Activate();
            _context.Metrics.SentBytes.Of(peer).Add(bytes.Length);
            if (isSnapshot)
            {
                _context.Events.ReportSnapshot(_peerId, succeeded: true);
            }

            return;
        }

        _urls.Unreachable(url);
        _status.Deactivate("pipeline", "write", failure);
        _context.Metrics.SentFailures.Of(peer).Increment();
        _context.Events.ReportUnreachable(_peerId);
        if (isSnapshot)
        {
            _context.Events.ReportSnapshot(_peerId, succeeded: false);
        }
    }

    /// <summary>Null when the peer took the message, else why not.</summary>
    private async Task<string?> PostAsync(string url, byte[] bytes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url + "/raft");
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/protobuf");
        PeerHeaders.Add(request, _context.Options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            using var response = await _context.Client.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NoContent)
            {
                return null;
            }

            var body = await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
            return Refusal(response, body.TrimEnd('\n'), url);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return e.InnerException?.Message ?? e.Message;
        }
    }

    private string Refusal(HttpResponseMessage response, string body, string url)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.PreconditionFailed when body == PeerHeaders.ClusterIdMismatch:
                response.Headers.TryGetValues(PeerHeaders.ClusterId, out var theirs);
                IgnoredClusterId(
                    _logger,
                    MemberIds.Text(_peerId),
                    theirs?.FirstOrDefault() ?? "",
                    MemberIds.Text(_context.Options.ClusterId));
                return body;
            case HttpStatusCode.PreconditionFailed when body == PeerHeaders.IncompatibleVersion:
                IgnoredVersion(_logger, MemberIds.Text(_peerId));
                return body;
            case HttpStatusCode.Forbidden:
                _context.LocalMemberRemoved();
                return "the member has been permanently removed from the cluster";
            default:
                return $"unexpected http status {response.ReasonPhrase} while posting to \"{url}/raft\"";
        }
    }
}
