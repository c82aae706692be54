using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;
using V3Electionpb;

namespace Etcd.Member.Grpc;

/// <summary>
/// Elections as a service (api.md §11; etcd <c>v3election</c> and <c>concurrency.Election</c>). Thread-safe.
/// </summary>
internal sealed partial class ElectionService(RecipeStore store) : Election.ElectionBase
{
    /// <summary>Answers once the caller's lease leads; a caller who leads already proclaims its value.</summary>
    public override Task<CampaignResponse> Campaign(CampaignRequest request, ServerCallContext context) =>
        store.RunAsync(context, end => WinAsync(request, context, end));

    /// <summary>Changes the leader's value.</summary>
    public override Task<ProclaimResponse> Proclaim(ProclaimRequest request, ServerCallContext context) =>
        store.RunAsync(context, async _ =>
        {
            LeaderKey leader = request.Leader ?? throw EtcdErrors.ElectionLeaderMissing.ToRpcException();
            long leaseId = await store.SessionAsync(leader.Lease, context);
            ResponseHeader header = await ProclaimAsync(leader.Key, leader.Rev, request.Value, leaseId, context);
            return new ProclaimResponse { Header = header };
        });

    /// <summary>Reads the leader.</summary>
    public override Task<LeaderResponse> Leader(LeaderRequest request, ServerCallContext context) =>
        store.RunAsync(context, async _ =>
        {
            RangeResponse oldest = await store.RangeAsync(
                RecipeKeys.Oldest(RecipeKeys.Prefix(request.Name)), context);
            return oldest.Kvs.Count > 0
                ? new LeaderResponse { Header = oldest.Header, Kv = oldest.Kvs[0] }
                : throw EtcdErrors.ElectionNoLeader.ToRpcException();
        });

    /// <summary>
    /// Gives up leadership, or a candidacy. One that is over already is no error. Differs from etcd: makes no lease
    /// for a caller who names none, because nothing would use it.
    /// </summary>
    public override Task<ResignResponse> Resign(ResignRequest request, ServerCallContext context) =>
        store.RunAsync(context, async _ =>
        {
            LeaderKey leader = request.Leader ?? throw EtcdErrors.ElectionLeaderMissing.ToRpcException();
            TxnResponse resigned = await store.TxnAsync(Resignation(leader.Key, leader.Rev), context);
            return new ResignResponse { Header = resigned.Header };
        });

    private static TxnRequest Resignation(ByteString key, long revision)
    {
        TxnRequest resign = RecipeKeys.IfCreatedAt(key, revision);
        resign.Success.Add(RecipeKeys.Delete(key));
        return resign;
    }

    private async Task<CampaignResponse> WinAsync(
        CampaignRequest request, ServerCallContext context, CancellationToken end)
    {
        long leaseId = await store.SessionAsync(request.Lease, context);
        ByteString prefix = RecipeKeys.Prefix(request.Name);
        ByteString key = RecipeKeys.Key(prefix, leaseId);
        TxnRequest enqueue = RecipeKeys.IfCreatedAt(key, createRevision: 0);
        enqueue.Success.Add(RecipeKeys.Put(key, request.Value, leaseId));
        enqueue.Failure.Add(RecipeKeys.Get(new RangeRequest { Key = key }));
        TxnResponse enqueued = await store.TxnAsync(enqueue, context);
        long revision = enqueued.Header.Revision;
        if (!enqueued.Succeeded)
        {
            KeyValue known = enqueued.Responses[0].ResponseRange.Kvs[0];
            revision = known.CreateRevision;
            if (known.Value != request.Value)
            {
                await ProclaimOrResignAsync(key, revision, request.Value, leaseId, context);
            }
        }

        try
        {
            await store.WaitForOlderAsync(prefix, revision - 1, context, end);
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            await store.WithdrawAsync(new InternalRaftRequest { Txn = Resignation(key, revision) });
            throw;
        }

        return new CampaignResponse
        {
            Header = enqueued.Header,
            Leader = new LeaderKey { Name = request.Name, Key = key, Rev = revision, Lease = leaseId },
        };
    }

    private async Task ProclaimOrResignAsync(
        ByteString key, long revision, ByteString value, long leaseId, ServerCallContext context)
    {
        try
        {
            await ProclaimAsync(key, revision, value, leaseId, context);
        }
        catch (RpcException)
        {
            await store.WithdrawAsync(new InternalRaftRequest { Txn = Resignation(key, revision) });
            throw;
        }
    }

    private async Task<ResponseHeader> ProclaimAsync(
        ByteString key, long revision, ByteString value, long leaseId, ServerCallContext context)
    {
        TxnRequest proclaim = RecipeKeys.IfCreatedAt(key, revision);
        proclaim.Success.Add(RecipeKeys.Put(key, value, leaseId));
        TxnResponse proclaimed = await store.TxnAsync(proclaim, context);
        return proclaimed.Succeeded ? proclaimed.Header : throw EtcdErrors.ElectionNotLeader.ToRpcException();
    }
}
