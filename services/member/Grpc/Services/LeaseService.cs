using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using LeaseStatus = Etcd.Node.LeaseStatus;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Leases (api.md §6). What only the leader knows is asked there. Thread-safe.</summary>
internal sealed class LeaseService(
    IMemberAccess member, ProposalSender proposals, ILeaseForwarder forwarder, GrpcEdgeOptions options)
    : Lease.LeaseBase
{
    public override async Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context)
    {
        await proposals.CheckQuotaAsync(RequestCost.Of(request), context.CancellationToken);
        LeaseGrantResponse response = await proposals.SendAsync<LeaseGrantResponse>(
            new InternalRaftRequest { LeaseGrant = request }, context.CancellationToken);
        response.Header = member.Node.Complete(response.Header);
        return response;
    }

    public override async Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, ServerCallContext context)
    {
        LeaseRevokeResponse response = await proposals.SendAsync<LeaseRevokeResponse>(
            new InternalRaftRequest { LeaseRevoke = request }, context.CancellationToken);
        response.Header = member.Node.Complete(response.Header);
        return response;
    }

    /// <summary>
    /// One answer per request, in order; an unknown lease is an answer, not an error. Differs from etcd: a client that
    /// leaves is counted as one, as etcd's main branch does; up to 3.6 it counts as the loss of the leader, and so as a
    /// failure to the alert on failed requests.
    /// </summary>
    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<LeaseKeepAliveRequest> requestStream,
        IServerStreamWriter<LeaseKeepAliveResponse> responseStream,
        ServerCallContext context)
    {
        CancellationToken end = context.StreamToken();
        // CallHandler gives every stream these two.
        RequestReader<LeaseKeepAliveRequest> requests = (RequestReader<LeaseKeepAliveRequest>)requestStream;
        ResponseWriter<LeaseKeepAliveResponse> responses = (ResponseWriter<LeaseKeepAliveResponse>)responseStream;
        LeaseKeepAliveResponse response = new() { Header = new ResponseHeader() };
        while (await requests.ReadAsync(end))
        {
            long leaseId = requests.Current.ID;
            // Taken before the renewal, so that its revision is not later than the renewal.
            response.Header.Revision = 0;
            member.Node.Complete(response.Header);
            response.ID = leaseId;
            LeaseRenewal renewal = await member.Node.RenewLeaseAsync(leaseId, end);
            response.TTL = renewal.Error is null
                ? renewal.TtlSeconds
                : await TtlInsteadAsync(renewal, leaseId, end);
            await responses.SendAsync(response, response.CalculateSize(), isLast: true, end);
        }
    }

    public override async Task<LeaseTimeToLiveResponse> LeaseTimeToLive(
        LeaseTimeToLiveRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        (LeaseStatus? status, EtcdError? error) =
            await node.LeaseTimeToLiveAsync(request.ID, request.Keys, context.CancellationToken);
        if (error?.Code == EtcdErrorCode.NotLeader)
        {
            (status, error) = await LeaderRetry.RunAsync<LeaseStatus>(
                node,
                options,
                (leader, token) => AskTimeToLiveAsync(leader, request, token),
                context.CancellationToken);
        }

        LeaseTimeToLiveResponse response = new() { Header = node.NewHeader(), ID = request.ID, TTL = -1 };
        if (error?.Code == EtcdErrorCode.LeaseNotFound)
        {
            return response;
        }

        error.ThrowIfAny();
        if (status is { RemainingSeconds: >= 0 })
        {
            response.TTL = status.RemainingSeconds;
            response.GrantedTTL = status.GrantedSeconds;
            foreach (ReadOnlyMemory<byte> key in status.Keys)
            {
                response.Keys.Add(ByteString.CopyFrom(key.Span));
            }
        }

        return response;
    }

    public override async Task<LeaseLeasesResponse> LeaseLeases(LeaseLeasesRequest request, ServerCallContext context)
    {
        IReadOnlyList<long> ids = await member.Node.ListLeasesAsync(context.CancellationToken);
        LeaseLeasesResponse response = new() { Header = member.Node.NewHeader() };
        foreach (long id in ids)
        {
            response.Leases.Add(new Etcdserverpb.LeaseStatus { ID = id });
        }

        return response;
    }

    /// <summary>The time to live where this member could not renew: of the leader's renewal, or none.</summary>
    private async ValueTask<long> TtlInsteadAsync(
        LeaseRenewal failed, long leaseId, CancellationToken cancellationToken)
    {
        LeaseRenewal renewal = failed.Error?.Code == EtcdErrorCode.NotLeader
            ? await RenewElsewhereAsync(leaseId, cancellationToken)
            : failed;
        if (renewal.Error?.Code == EtcdErrorCode.LeaseNotFound)
        {
            return 0;
        }

        renewal.Error.ThrowIfAny();
        return renewal.TtlSeconds;
    }

    private async ValueTask<LeaseRenewal> RenewElsewhereAsync(long leaseId, CancellationToken cancellationToken)
    {
        (LeaseRenewal renewal, EtcdError? error) = await LeaderRetry.RunAsync<LeaseRenewal>(
            member.Node, options, (leader, token) => AskRenewAsync(leader, leaseId, token), cancellationToken);
        return renewal with { Error = error };
    }

    private async ValueTask<(LeaseRenewal Answer, EtcdError? Error)> AskRenewAsync(
        ulong leader, long leaseId, CancellationToken cancellationToken)
    {
        LeaseRenewal renewal = leader == member.Node.MemberId
            ? await member.Node.RenewLeaseAsync(leaseId, cancellationToken)
            : await forwarder.RenewAsync(leader, leaseId, cancellationToken);
        return (renewal, renewal.Error);
    }

    private ValueTask<(LeaseStatus? Answer, EtcdError? Error)> AskTimeToLiveAsync(
        ulong leader, LeaseTimeToLiveRequest request, CancellationToken cancellationToken) =>
        leader == member.Node.MemberId
            ? member.Node.LeaseTimeToLiveAsync(request.ID, request.Keys, cancellationToken)
            : forwarder.TimeToLiveAsync(leader, request.ID, request.Keys, cancellationToken);
}
