using Etcd.Member.Host;
using Etcd.Member.Http;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Leasepb;

namespace Etcd.Member.Peers.Incoming;

/// <summary>Lease questions that other members forward to the leader (etcd's <c>leasehttp</c>). Thread-safe.</summary>
internal sealed class LeaseRequestHandler(RunningMember member)
{
    /// <summary>As etcd: a request holds a lease id and a flag.</summary>
    private const int MaxRequestBytes = 64 * 1024;

    private const string TimeoutText = "waiting for node to catch up its applied index has timed out";

    /// <summary><c>POST /leases</c>: renews.</summary>
    public async Task RenewAsync(HttpContext context)
    {
        var request = await ReadAsync(context, LeaseKeepAliveRequest.Parser).ConfigureAwait(false);
        if (request is null)
        {
            return;
        }

        var renewal = await member.Node.RenewLeaseAsync(request.ID, context.RequestAborted).ConfigureAwait(false);
        if (renewal.Error is { } error)
        {
            await RefuseAsync(context, error, notLeaderStatus: 400).ConfigureAwait(false);
            return;
        }

        var response = new LeaseKeepAliveResponse { ID = request.ID, TTL = renewal.TtlSeconds };
        await WriteAsync(context, response).ConfigureAwait(false);
    }

    /// <summary><c>POST /leases/internal</c>: tells the remaining time.</summary>
    public async Task TimeToLiveAsync(HttpContext context)
    {
        var envelope = await ReadAsync(context, LeaseInternalRequest.Parser).ConfigureAwait(false);
        if (envelope is null)
        {
            return;
        }

        var request = envelope.LeaseTimeToLiveRequest ?? new LeaseTimeToLiveRequest();
        var (status, error) = await member.Node
            .LeaseTimeToLiveAsync(request.ID, request.Keys, context.RequestAborted)
            .ConfigureAwait(false);
        if (status is null || status.RemainingSeconds < 0)
        {
            await RefuseAsync(context, error ?? EtcdErrors.LeaseNotFound, notLeaderStatus: 500).ConfigureAwait(false);
            return;
        }

        var answer = new LeaseTimeToLiveResponse
        {
            Header = new ResponseHeader(),
            ID = request.ID,
            TTL = status.RemainingSeconds,
            GrantedTTL = status.GrantedSeconds,
        };
        answer.Keys.AddRange(status.Keys.Select(key => ByteString.CopyFrom(key.Span)));
        await WriteAsync(context, new LeaseInternalResponse { LeaseTimeToLiveResponse = answer }).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, EtcdError error, int notLeaderStatus) => error.Code switch
    {
        EtcdErrorCode.LeaseNotFound => GoHttp.ErrorAsync(context, 404, "lease not found"),
        EtcdErrorCode.NotLeader => GoHttp.ErrorAsync(context, notLeaderStatus, "not a primary lessor"),
        _ => GoHttp.ErrorAsync(context, 408, TimeoutText),
    };

    private static Task WriteAsync(HttpContext context, IMessage message)
    {
        context.Response.ContentType = "application/protobuf";
        return context.Response.Body.WriteAsync(message.ToByteArray(), context.RequestAborted).AsTask();
    }

    private async Task<TMessage?> ReadAsync<TMessage>(HttpContext context, MessageParser<TMessage> parser)
        where TMessage : class, IMessage<TMessage>
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await GoHttp.ErrorAsync(context, 405, "Method Not Allowed").ConfigureAwait(false);
            return null;
        }

        var body = await GoHttp.ReadBodyAsync(context, MaxRequestBytes).ConfigureAwait(false);
        if (body is null)
        {
            await GoHttp.ErrorAsync(context, 400, "error reading body").ConfigureAwait(false);
            return null;
        }

        if (!member.IsStarted)
        {
            await GoHttp.ErrorAsync(context, 408, TimeoutText).ConfigureAwait(false);
            return null;
        }

        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            await GoHttp.ErrorAsync(context, 400, "error unmarshalling request").ConfigureAwait(false);
            return null;
        }
    }
}
