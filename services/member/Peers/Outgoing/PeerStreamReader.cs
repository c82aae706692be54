using System.Net;
using Etcd.Member.Peers.Wire;
using Etcd.Node.Peers;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// Opens a stream at a peer and hands over what it sends, again and again (etcd's <c>streamReader</c>). One task, and
/// a thread for each open stream, which takes the messages: what they cause is done on it, down to raft's step.
/// </summary>
internal sealed partial class PeerStreamReader : IDisposable
{
    /// <summary>As etcd: at most ten attempts a second.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly PeerStreamKind _kind;
    private readonly PeerContext _context;
    private readonly PeerStatus _status;
    private readonly UrlPicker _urls;
    private readonly ulong _peerId;
    private readonly ILogger _logger;
    private readonly string _local;
    private readonly string _peer;
    private readonly BlockingConnections _connections;

    /// <summary>Creates a reader.</summary>
    public PeerStreamReader(PeerStreamKind kind, PeerContext context, PeerStatus status, UrlPicker urls, ulong peerId)
    {
        _kind = kind;
        _context = context;
        _status = status;
        _urls = urls;
        _peerId = peerId;
        _logger = context.Loggers.CreateLogger<PeerStreamReader>();
        _local = MemberIds.Text(context.Options.LocalId);
        _peer = MemberIds.Text(peerId);
        _connections = new BlockingConnections(context.Options.DialTimeout, context.Options.ReadTimeout);
    }

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ReaderStarted(_logger, _kind.LogName(), _local, _peer);
        using var cut = cancellationToken.UnsafeRegister(
            static connections => ((BlockingConnections)connections!).Cut(), _connections);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ReadOnceAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(RetryDelay, _context.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
        }

        ReaderStopped(_logger, _kind.LogName(), _local, _peer);
    }

    /// <inheritdoc />
    public void Dispose() => _connections.Dispose();

    private async Task ReadOnceAsync(CancellationToken cancellationToken)
    {
        var url = _urls.Pick();
        HttpResponseMessage? response = null;
        var action = "dial";
        try
        {
            response = await DialAsync(url, cancellationToken).ConfigureAwait(false);
            action = "read";
            _status.Activate();
            StreamEstablished(_logger, _kind.LogName(), _local, _peer);
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await BlockingConnections.OnOwnThread(() => DecodeAsync(stream)).Unwrap().ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The connection was cut, and the caller ends.
            return;
        }
        catch (Exception e)
        {
            // A stream that the peer ended in order says nothing about the peer; everything else does.
            if (action == "dial")
            {
                _urls.Unreachable(url);
            }
            else
            {
                StreamLost(_logger, _kind.LogName(), _local, _peer, e);
            }

            if (action == "dial" || e is not EndOfStreamException)
            {
                _status.Deactivate(_kind.LogName(), action, e.InnerException?.Message ?? e.Message);
            }
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> DialAsync(string url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url + _kind.Path() + _local);
        PeerHeaders.Add(request, _context.Options);
        request.Headers.TryAddWithoutValidation(PeerHeaders.RaftTo, _peer);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_context.Options.DialTimeout + _context.Options.ReadTimeout);
        HttpResponseMessage response;
        try
        {
            response = await _connections.Client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("dial: i/o timeout");
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, limit.Token).ConfigureAwait(false);
        }
    }

    private async Task<IOException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.Gone:
                _context.LocalMemberRemoved();
                return new IOException("the member has been permanently removed from the cluster");
            case HttpStatusCode.NotFound:
                return new IOException($"peer {_peer} failed to find local node {_local}");
            case HttpStatusCode.PreconditionFailed:
                var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                body = body.TrimEnd('\n');
                if (body == PeerHeaders.ClusterIdMismatch)
                {
                    response.Headers.TryGetValues(PeerHeaders.ClusterId, out var theirs);
                    IgnoredClusterId(
                        _logger,
                        _peer,
                        theirs?.FirstOrDefault() ?? "",
                        _local,
                        MemberIds.Text(_context.Options.ClusterId),
                        body);
                }
                else if (body == PeerHeaders.IncompatibleVersion)
                {
                    IgnoredVersion(_logger, _local, _peer, body);
                }

                return new IOException(body);
            default:
                return new IOException($"unhandled http status {(int)response.StatusCode}");
        }
    }

    /// <summary>Stays on the thread that calls it, because the stream blocks.</summary>
    private async Task DecodeAsync(Stream stream)
    {
        using var reader = new FrameReader(new BlockingReads(stream), Timeout.InfiniteTimeSpan);
        var decoder = new PeerStreamDecoder(_kind, reader, _context.Options.LocalId, _peerId);
        var received = _context.Metrics.ReceivedBytes.Of(_peer);
        var counted = 0L;
        while (true)
        {
            var message = await decoder.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            received.Add(reader.BytesRead - counted);
            counted = reader.BytesRead;
            if (LinkHeartbeat.Is(message))
            {
                continue;
            }

            if (_context.Events.Receive(message) == ReceiveResult.Dropped)
            {
                _context.Metrics.ReceivedFailures.Of(_peer).Increment();
                MessageDropped(_logger, message.Type, _local, MemberIds.Text(message.From));
            }
        }
    }
}
