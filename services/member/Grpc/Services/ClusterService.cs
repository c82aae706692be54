using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Members and their changes (api.md §8). Thread-safe.</summary>
internal sealed class ClusterService(
    IMemberAccess member, IPromotionForwarder forwarder, GrpcEdgeOptions options) : Cluster.ClusterBase
{
    public override async Task<MemberListResponse> MemberList(MemberListRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        if (request.Linearizable)
        {
            (await node.LinearizableReadAsync()).ThrowIfAny();
        }

        MemberListResponse response = new() { Header = node.NewHeaderWithoutRevision() };
        Fill(response.Members, node.Membership.Members);
        return response;
    }

    public override async Task<MemberAddResponse> MemberAdd(MemberAddRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        if (!PeerUrl.TryParseAll(request.PeerURLs, out IReadOnlyList<string>? urls, out _))
        {
            throw EtcdErrors.MemberBadUrls.ToRpcException();
        }

        MemberChangeResult result = await node.AddMemberAsync(urls, request.IsLearner, context.CancellationToken);
        result.Error.ThrowIfAny();
        MemberAddResponse response = new()
        {
            Header = node.NewHeaderWithoutRevision(),
            Member = result.Member?.ToProto(),
        };
        Fill(response.Members, result.Members);
        return response;
    }

    public override async Task<MemberRemoveResponse> MemberRemove(
        MemberRemoveRequest request, ServerCallContext context)
    {
        MemberChangeResult result = await member.Node.RemoveMemberAsync(request.ID, context.CancellationToken);
        result.Error.ThrowIfAny();
        MemberRemoveResponse response = new() { Header = member.Node.NewHeaderWithoutRevision() };
        Fill(response.Members, result.Members);
        return response;
    }

    public override async Task<MemberUpdateResponse> MemberUpdate(
        MemberUpdateRequest request, ServerCallContext context)
    {
        MemberChangeResult result = await member.Node.UpdateMemberAsync(
            request.ID, [.. request.PeerURLs], context.CancellationToken);
        result.Error.ThrowIfAny();
        MemberUpdateResponse response = new() { Header = member.Node.NewHeaderWithoutRevision() };
        Fill(response.Members, result.Members);
        return response;
    }

    public override async Task<MemberPromoteResponse> MemberPromote(
        MemberPromoteRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        MemberChangeResult result = await node.PromoteMemberAsync(request.ID, context.CancellationToken);
        if (result.Error?.Code == EtcdErrorCode.NotLeader)
        {
            (result, EtcdError? error) = await LeaderRetry.RunAsync<MemberChangeResult>(
                node, options, (leader, token) => AskAsync(leader, request.ID, token), context.CancellationToken);
            result = result with { Error = error };
        }

        result.Error.ThrowIfAny();
        MemberPromoteResponse response = new() { Header = node.NewHeaderWithoutRevision() };
        Fill(response.Members, result.Members);
        return response;
    }

    private async ValueTask<(MemberChangeResult Answer, EtcdError? Error)> AskAsync(
        ulong leader, ulong memberId, CancellationToken cancellationToken)
    {
        MemberChangeResult result = leader == member.Node.MemberId
            ? await member.Node.PromoteMemberAsync(memberId, cancellationToken)
            : await forwarder.PromoteAsync(leader, memberId, cancellationToken);
        return (result, result.Error);
    }

    private static void Fill(RepeatedField<Etcdserverpb.Member> into, IReadOnlyList<ClusterMember>? members)
    {
        foreach (ClusterMember known in members ?? [])
        {
            into.Add(known.ToProto());
        }
    }
}
