using System.Globalization;
using System.Text.Json;
using Etcd.Member.Host;
using Etcd.Member.Http;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Peers.Incoming;

/// <summary>Members, promotion and hashes for other members (etcd's <c>etcdhttp/peer.go</c>). Thread-safe.</summary>
internal sealed partial class MembershipRequestHandler
{
    /// <summary>Path of a promotion up to the decimal id.</summary>
    public const string PromotePrefix = "/members/promote/";

    private const int MaxRequestBytes = 64 * 1024;

    private readonly RunningMember _member;
    private readonly ILogger _logger;

    /// <summary>Creates a handler.</summary>
    public MembershipRequestHandler(RunningMember member, ILoggerFactory loggers)
    {
        _member = member;
        _logger = loggers.CreateLogger<MembershipRequestHandler>();
    }

    /// <summary><c>GET /members</c>.</summary>
    public async Task ListAsync(HttpContext context)
    {
        if (!await AdmitAsync(context, HttpMethods.Get).ConfigureAwait(false))
        {
            return;
        }

        var members = _member.Node.Membership.Members.Select(MemberJson.Of).ToArray();
        var body = JsonSerializer.Serialize(members, PeerJson.Default.MemberJsonArray);
        await GoHttp.WriteAsync(context, "application/json", body + "\n").ConfigureAwait(false);
    }

    /// <summary><c>POST /members/promote/ID</c>, the id decimal.</summary>
    public async Task PromoteAsync(HttpContext context, string path)
    {
        if (!await AdmitAsync(context, HttpMethods.Post).ConfigureAwait(false))
        {
            return;
        }

        var text = path[PromotePrefix.Length..];
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            await GoHttp.ErrorAsync(context, 404, $"member {text} not found in cluster").ConfigureAwait(false);
            return;
        }

        var result = await _member.Node.PromoteMemberAsync(id, context.RequestAborted).ConfigureAwait(false);
        if (result.Error is { } error)
        {
            PromotionFailed(_logger, MemberIds.Text(id), error.Message);
            await RefuseAsync(context, error).ConfigureAwait(false);
            return;
        }

        var members = (result.Members ?? []).Select(MemberJson.Of).ToArray();
        var body = JsonSerializer.Serialize(members, PeerJson.Default.MemberJsonArray);
        await GoHttp.WriteAsync(context, "application/json", body + "\n").ConfigureAwait(false);
    }

    /// <summary><c>GET /members/hashkv</c> with a JSON body.</summary>
    public async Task HashAsync(HttpContext context)
    {
        if (!await AdmitAsync(context, HttpMethods.Get).ConfigureAwait(false))
        {
            return;
        }

        var cluster = context.Request.Headers[PeerHeaders.ClusterId].ToString();
        if (cluster.Length > 0 && cluster != MemberIds.Text(_member.Node.ClusterId))
        {
            await GoHttp.ErrorAsync(context, 412, PeerHeaders.ClusterIdMismatch).ConfigureAwait(false);
            return;
        }

        var body = await GoHttp.ReadBodyAsync(context, MaxRequestBytes).ConfigureAwait(false);
        if (body is null || !TryParse(body, out var request))
        {
            await GoHttp.ErrorAsync(context, 400, "error unmarshalling request").ConfigureAwait(false);
            return;
        }

        var (result, error) = await _member.Node
            .HashKvAsync(request.Revision, context.RequestAborted)
            .ConfigureAwait(false);
        if (error is not null)
        {
            // The peer looks for the text without the prefix.
            var text = error.Message.Replace("etcdserver: ", "", StringComparison.Ordinal);
            await GoHttp.ErrorAsync(context, 400, text).ConfigureAwait(false);
            return;
        }

        var answer = new HashKvJson
        {
            Header = new HashKvJson.HeaderJson { Revision = _member.Node.View.Revision },
            Hash = result.Hash,
            CompactRevision = result.CompactRevision,
        };
        await GoHttp
            .WriteAsync(context, "application/json", JsonSerializer.Serialize(answer, PeerJson.Default.HashKvJson))
            .ConfigureAwait(false);
    }

    /// <summary><c>GET /downgrade/enabled</c>.</summary>
    public async Task DowngradeEnabledAsync(HttpContext context)
    {
        if (await AdmitAsync(context, HttpMethods.Get).ConfigureAwait(false))
        {
            var enabled = _member.Node.Membership.Downgrade.Enabled;
            await GoHttp.WriteTextAsync(context, enabled ? "true" : "false").ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(HttpContext context, EtcdError error) => error.Code switch
    {
        EtcdErrorCode.MemberNotFound =>
            GoHttp.ErrorAsync(context, 404, "membership: ID not found"),
        EtcdErrorCode.MemberNotLearner =>
            GoHttp.ErrorAsync(context, 412, "membership: can only promote a learner member"),
        EtcdErrorCode.LearnerNotReady => GoHttp.ErrorAsync(context, 412, error.Message),
        _ => GoHttp.ErrorAsync(context, 500, error.Message),
    };

    private static bool TryParse(byte[] body, out HashKvRequestJson request)
    {
        request = new HashKvRequestJson();
        try
        {
            request = JsonSerializer.Deserialize(body, PeerJson.Default.HashKvRequestJson) ?? request;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<bool> AdmitAsync(HttpContext context, string method)
    {
        if (context.Request.Method != method)
        {
            await GoHttp.MethodNotAllowedAsync(context, method).ConfigureAwait(false);
            return false;
        }

        if (!_member.IsStarted)
        {
            await GoHttp.ErrorAsync(context, 503, "the member is starting").ConfigureAwait(false);
            return false;
        }

        context.Response.Headers[PeerHeaders.ClusterId] = MemberIds.Text(_member.Node.ClusterId);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to promote a member")]
    private static partial void PromotionFailed(ILogger logger, string memberId, string error);
}
