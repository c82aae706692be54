using System.Globalization;
using System.Net;
using System.Text.Json;
using Etcd.Member.Grpc;
using Etcd.Member.Host;
using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Leasepb;
using LeaseStatus = Etcd.Node.LeaseStatus;

namespace Etcd.Member.Peers;

/// <summary>
/// Asks the leader over its peer port what only it can answer (etcd's <c>leasehttp</c>,
/// <c>promoteMemberHTTP</c>). Thread-safe.
/// </summary>
internal sealed class LeaderClient(HttpClient client, RunningMember member) : ILeaseForwarder, IPromotionForwarder
{
    /// <inheritdoc />
    public async ValueTask<LeaseRenewal> RenewAsync(
        ulong leaderId, long leaseId, CancellationToken cancellationToken)
    {
        var request = new LeaseKeepAliveRequest { ID = leaseId }.ToByteArray();
        var (body, error) = await PostAsync(leaderId, "/leases", request, cancellationToken).ConfigureAwait(false);
        if (body is null)
        {
            return new LeaseRenewal(0, error);
        }

        var response = Parse(LeaseKeepAliveResponse.Parser, body);
        return response is not null && response.ID == leaseId
            ? new LeaseRenewal(response.TTL, null)
            : new LeaseRenewal(0, EtcdErrors.Timeout);
    }

    /// <inheritdoc />
    public async ValueTask<(LeaseStatus? Status, EtcdError? Error)> TimeToLiveAsync(
        ulong leaderId, long leaseId, bool withKeys, CancellationToken cancellationToken)
    {
        var request = new LeaseInternalRequest
        {
            LeaseTimeToLiveRequest = new LeaseTimeToLiveRequest { ID = leaseId, Keys = withKeys },
        };
        var (body, error) = await PostAsync(leaderId, "/leases/internal", request.ToByteArray(), cancellationToken)
            .ConfigureAwait(false);
        if (body is null)
        {
            return (null, error);
        }

        var response = Parse(LeaseInternalResponse.Parser, body)?.LeaseTimeToLiveResponse;
        return response is not null && response.ID == leaseId
            ? (new LeaseStatus(
                leaseId, response.TTL, response.GrantedTTL, [.. response.Keys.Select(key => key.Memory)]), null)
            : (null, EtcdErrors.Timeout);
    }

    /// <inheritdoc />
    public async ValueTask<MemberChangeResult> PromoteAsync(
        ulong leaderId, ulong memberId, CancellationToken cancellationToken)
    {
        var path = "/members/promote/" + memberId.ToString(CultureInfo.InvariantCulture);
        EtcdError? error = null;
        foreach (var url in UrlsOf(leaderId))
        {
            try
            {
                using var response = await client
                    .PostAsync(url + path, content: null, cancellationToken)
                    .ConfigureAwait(false);
                var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    var members = JsonSerializer.Deserialize(body, PeerJson.Default.MemberJsonArray) ?? [];
                    return new MemberChangeResult([.. members.Select(m => m.ToMember())], null, null);
                }

                error = PromotionError(response.StatusCode, System.Text.Encoding.UTF8.GetString(body));
            }
            catch (Exception e) when (e is HttpRequestException or JsonException)
            {
                error = EtcdErrors.Timeout;
            }
        }

        return new MemberChangeResult(null, null, error ?? EtcdErrors.NoLeader);
    }

    private static EtcdError PromotionError(HttpStatusCode status, string body) => status switch
    {
        HttpStatusCode.NotFound => EtcdErrors.MemberNotFound,
        HttpStatusCode.PreconditionFailed when body.Contains("in sync with leader", StringComparison.Ordinal) =>
            EtcdErrors.LearnerNotReady,
        HttpStatusCode.PreconditionFailed => EtcdErrors.MemberNotLearner,
        HttpStatusCode.RequestTimeout => EtcdErrors.Timeout,
        _ => EtcdErrors.FromText(body.TrimEnd('\n')) ?? EtcdErrors.NotLeader,
    };

    private static TMessage? Parse<TMessage>(MessageParser<TMessage> parser, byte[] body)
        where TMessage : class, IMessage<TMessage>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The leader's body, or the error of the last of its URLs.</summary>
    private async Task<(byte[]? Body, EtcdError? Error)> PostAsync(
        ulong leaderId, string path, byte[] request, CancellationToken cancellationToken)
    {
        EtcdError error = EtcdErrors.NoLeader;
        foreach (var url in UrlsOf(leaderId))
        {
            try
            {
                using var content = new ByteArrayContent(request);
                content.Headers.TryAddWithoutValidation("Content-Type", "application/protobuf");
                using var response = await client.PostAsync(url + path, content, cancellationToken)
                    .ConfigureAwait(false);
                switch (response.StatusCode)
                {
                    case HttpStatusCode.OK:
                        return (await response.Content.ReadAsByteArrayAsync(cancellationToken)
                            .ConfigureAwait(false), null);
                    case HttpStatusCode.NotFound:
                        return (null, EtcdErrors.LeaseNotFound);
                    case HttpStatusCode.RequestTimeout:
                        error = EtcdErrors.Timeout;
                        break;
                    default:
                        error = EtcdErrors.NotLeader;
                        break;
                }
            }
            catch (HttpRequestException)
            {
                error = EtcdErrors.Timeout;
            }
        }

        return (null, error);
    }

    private IReadOnlyList<string> UrlsOf(ulong memberId) => member.Node.Membership.Find(memberId)?.PeerUrls ?? [];
}
