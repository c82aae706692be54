using System.Diagnostics;
using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Reads and writes (api.md §4). Thread-safe.</summary>
internal sealed partial class KVService(
    IMemberAccess member, ProposalSender proposals, SlowReads slowReads, LongReads longReads, GrpcEdgeOptions options)
    : KV.KVBase
{
    public override async Task<RangeResponse> Range(RangeRequest request, ServerCallContext context)
    {
        RequestValidator.Check(request).ThrowIfAny();
        long start = Stopwatch.GetTimestamp();
        MemberNode node = member.Node;
        if (!request.Serializable)
        {
            (await node.LinearizableReadAsync()).ThrowIfAny();
        }

        MvccView view = node.View;
        (RangeResponse? response, EtcdError? error) = view.IsLarge(request)
            ? await ReadAsideAsync(view, request)
            : view.Range(request);
        slowReads.Check(start, request, response, error);
        return Complete(node, response, error, static r => r.Header, static (r, header) => r.Header = header);
    }

    public override async Task<PutResponse> Put(PutRequest request, ServerCallContext context)
    {
        await proposals.CheckQuotaAsync(RequestCost.Of(request), context.CancellationToken);
        RequestValidator.Check(request).ThrowIfAny();
        MemberNode node = member.Node;
        PutResponse response = ProposalSender.ResponseOf<PutResponse>(
            await node.ProposeAsync(request, context.CancellationToken));
        response.Header = node.Complete(response.Header);
        return response;
    }

    public override async Task<DeleteRangeResponse> DeleteRange(DeleteRangeRequest request, ServerCallContext context)
    {
        RequestValidator.Check(request).ThrowIfAny();
        DeleteRangeResponse response = await proposals.SendAsync<DeleteRangeResponse>(
            new InternalRaftRequest { DeleteRange = request }, context.CancellationToken);
        response.Header = member.Node.Complete(response.Header);
        return response;
    }

    public override async Task<TxnResponse> Txn(TxnRequest request, ServerCallContext context)
    {
        await proposals.CheckQuotaAsync(RequestCost.Of(request), context.CancellationToken);
        RequestValidator.Check(request, options.MaxTxnOps).ThrowIfAny();
        if (RequestValidator.IsReadOnly(request))
        {
            return await ReadAsync(request, context.CancellationToken);
        }

        MemberNode node = member.Node;
        TxnResponse response = ProposalSender.ResponseOf<TxnResponse>(
            await node.ProposeAsync(request, context.CancellationToken));
        response.Header = node.Complete(response.Header);
        return response;
    }

    public override async Task<CompactionResponse> Compact(CompactionRequest request, ServerCallContext context)
    {
        CompactionResponse response = await proposals.SendAsync<CompactionResponse>(
            new InternalRaftRequest { Compaction = request }, context.CancellationToken);
        response.Header = member.Node.Complete(response.Header);
        return response;
    }

    private async Task<TxnResponse> ReadAsync(TxnRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        MemberNode node = member.Node;
        if (!RequestValidator.IsSerializable(request))
        {
            (await node.LinearizableReadAsync()).ThrowIfAny();
        }

        MvccView view = node.View;
        (TxnResponse? response, EtcdError? error) = ReadsMuch(request.Success, view) || ReadsMuch(request.Failure, view)
            ? await ReadAsideAsync(view, request)
            : view.ExecuteReadOnlyTxn(request);
        slowReads.Check(start, request, response, error);
        return Complete(node, response, error, static r => r.Header, static (r, header) => r.Header = header);
    }

    // Apart from their callers, which would allocate the closure for small reads too.
    private Task<(RangeResponse? Response, EtcdError? Error)> ReadAsideAsync(MvccView view, RangeRequest request) =>
        longReads.RunAsync(() => view.Range(request));

    private Task<(TxnResponse? Response, EtcdError? Error)> ReadAsideAsync(MvccView view, TxnRequest request) =>
        longReads.RunAsync(() => view.ExecuteReadOnlyTxn(request));

    // What only reads holds no transaction: one within another goes through the log.
    private static bool ReadsMuch(IEnumerable<RequestOp> operations, MvccView view)
    {
        foreach (RequestOp operation in operations)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestRange && view.IsLarge(operation.RequestRange))
            {
                return true;
            }
        }

        return false;
    }

    private static T Complete<T>(
        MemberNode node,
        T? response,
        EtcdError? error,
        Func<T, ResponseHeader?> get,
        Action<T, ResponseHeader> set)
        where T : class
    {
        error.ThrowIfAny();
        T known = response ?? throw new InvalidOperationException("a read gave neither an answer nor an error");
        set(known, node.Complete(get(known)));
        return known;
    }
}
