using Etcd.Member.Config;
using Etcd.Member.Http;
using Etcd.Member.Peers.Wire;
using Etcd.Node.Peers;

namespace Etcd.Member.Peers.Incoming;

/// <summary>Raft messages that peers post, and streams that they open (etcd's <c>rafthttp/http.go</c>).</summary>
internal sealed partial class RaftRequestHandler
{
    /// <summary>A posted message holds at most one append; anything near this is garbage.</summary>
    private const int MaxPostBytes = 512 << 20;

    private readonly HttpPeerTransport _transport;
    private readonly Func<ulong, bool> _isRemoved;
    private readonly ILogger _logger;

    /// <summary>Creates a handler.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="isRemoved">Tells whether an id was a member once and was removed.</param>
    /// <param name="loggers">Loggers.</param>
    public RaftRequestHandler(HttpPeerTransport transport, Func<ulong, bool> isRemoved, ILoggerFactory loggers)
    {
        _transport = transport;
        _isRemoved = isRemoved;
        _logger = loggers.CreateLogger<RaftRequestHandler>();
    }

    /// <summary><c>POST /raft</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await GoHttp.MethodNotAllowedAsync(context, "POST").ConfigureAwait(false);
            return;
        }

        if (!await AdmitAsync(context).ConfigureAwait(false))
        {
            return;
        }

        AddRemote(context.Request);
        var body = await GoHttp.ReadBodyAsync(context, MaxPostBytes).ConfigureAwait(false);
        if (body is null)
        {
            await RefuseAsync(context, "error reading raft message").ConfigureAwait(false);
            return;
        }

        if (!RaftMessageCodec.TryDecode(body, out var message))
        {
            UnmarshalFailed(_logger, MemberIds.Text(_transport.Options.LocalId));
            await RefuseAsync(context, "error unmarshalling raft message").ConfigureAwait(false);
            return;
        }

        _transport.Metrics.ReceivedBytes.Of(MemberIds.Text(message.From)).Add(body.Length);
        await FinishAsync(context, message).ConfigureAwait(false);
    }

    /// <summary>Hands a message to the member and answers as etcd does.</summary>
    public Task FinishAsync(HttpContext context, Etcd.Raft.Message message)
    {
        // Admitted, so the transport has started.
        switch (_transport.Events!.Receive(message))
        {
            case ReceiveResult.SenderRemoved:
                return GoHttp.ErrorAsync(context, 403, "cannot process message from removed member");
            case ReceiveResult.WrongMember:
                return GoHttp.ErrorAsync(context, 403, "cannot process message to mismatch member");
            default:
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
        }
    }

    /// <summary><c>GET /raft/stream/{message,msgapp}/ID</c>: stays open until either side ends it.</summary>
    public async Task StreamAsync(HttpContext context, string path)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await GoHttp.MethodNotAllowedAsync(context, "GET").ConfigureAwait(false);
            return;
        }

        context.Response.Headers[PeerHeaders.ServerVersion] = VersionText.Server;
        if (!await AdmitAsync(context).ConfigureAwait(false))
        {
            return;
        }

        if (!TryKind(path, out var kind, out var idText))
        {
            await GoHttp.ErrorAsync(context, 404, "invalid path").ConfigureAwait(false);
            return;
        }

        if (!MemberIds.TryParse(idText, out var from))
        {
            await GoHttp.ErrorAsync(context, 404, "invalid from").ConfigureAwait(false);
            return;
        }

        await ServeAsync(context, kind, from).ConfigureAwait(false);
    }

    /// <summary>Checks cluster and release of the sender; false when it was refused.</summary>
    public async Task<bool> AdmitAsync(HttpContext context)
    {
        if (_transport.Events is null)
        {
            await GoHttp.ErrorAsync(context, 503, "the member is starting").ConfigureAwait(false);
            return false;
        }

        context.Response.Headers[PeerHeaders.ClusterId] = MemberIds.Text(_transport.Options.ClusterId);
        var error = PeerHeaders.Check(context.Request.Headers, _transport.Options.ClusterId);
        if (error is null)
        {
            return true;
        }

        RequestRefused(
            _logger,
            error == PeerHeaders.ClusterIdMismatch
                ? "request cluster ID mismatch"
                : "failed to check version compatibility",
            MemberIds.Text(_transport.Options.LocalId),
            MemberIds.Text(_transport.Options.ClusterId),
            context.Request.Headers[PeerHeaders.ServerFrom].ToString(),
            context.Request.Headers[PeerHeaders.ServerVersion].ToString(),
            context.Request.Headers[PeerHeaders.ClusterId].ToString());
        await GoHttp.ErrorAsync(context, 412, error).ConfigureAwait(false);
        return false;
    }

    /// <summary>Learns where the sender can be answered.</summary>
    public void AddRemote(HttpRequest request)
    {
        if (MemberIds.TryParse(request.Headers[PeerHeaders.ServerFrom], out var from)
            && request.Headers[PeerHeaders.PeerUrls].ToString() is { Length: > 0 } urls)
        {
            _transport.AddRemote(from, urls.Split(','));
        }
    }

    private static bool TryKind(string path, out PeerStreamKind kind, out string id)
    {
        foreach (var candidate in (ReadOnlySpan<PeerStreamKind>)[PeerStreamKind.Append, PeerStreamKind.Message])
        {
            if (path.StartsWith(candidate.Path(), StringComparison.Ordinal))
            {
                kind = candidate;
                id = path[candidate.Path().Length..];
                return true;
            }
        }

        kind = default;
        id = "";
        return false;
    }

    private async Task ServeAsync(HttpContext context, PeerStreamKind kind, ulong from)
    {
        var local = MemberIds.Text(_transport.Options.LocalId);
        if (_isRemoved(from))
        {
            StreamRejected(
                _logger, "rejected stream from remote peer because it was removed", local, MemberIds.Text(from));
            await GoHttp.ErrorAsync(context, 410, "removed member").ConfigureAwait(false);
            return;
        }

        if (_transport.Find(from) is not { } peer)
        {
            AddRemote(context.Request);
            StreamRejected(_logger, "failed to find remote peer in cluster", local, MemberIds.Text(from));
            await GoHttp.ErrorAsync(context, 404, "error sender not found").ConfigureAwait(false);
            return;
        }

        if (!string.Equals(context.Request.Headers[PeerHeaders.RaftTo], local, StringComparison.Ordinal))
        {
            StreamRejected(_logger, "ignored streaming request; ID mismatch", local, MemberIds.Text(from));
            await GoHttp.ErrorAsync(context, 412, "to field mismatch").ConfigureAwait(false);
            return;
        }

        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            await peer.ServeStreamAsync(kind, context.Response.BodyWriter, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The peer went away while an older stream of its was still ending.
            return;
        }
        finally
        {
            // A stream has no end that the reader could tell from a cut; etcd cuts it too.
            context.Abort();
        }
    }

    private Task RefuseAsync(HttpContext context, string text)
    {
        var remote = context.Connection.RemoteIpAddress?.ToString() ?? "";
        _transport.Metrics.ReceivedFailures.Of(remote).Increment();
        return GoHttp.ErrorAsync(context, 400, text);
    }
}
