using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using V3Lockpb;

namespace Etcd.Member.Grpc;

/// <summary>Locks as a service (api.md §11; etcd <c>v3lock</c> and <c>concurrency.Mutex</c>). Thread-safe.</summary>
internal sealed class LockService(RecipeStore store) : V3Lockpb.Lock.LockBase
{
    private const string SessionExpiredText = "mutex: session is expired";

    /// <summary>Answers once the caller's lease owns the lock; at once when it owns it already.</summary>
    public override Task<LockResponse> Lock(LockRequest request, ServerCallContext context) =>
        store.RunAsync(context, end => AcquireAsync(request, context, end));

    /// <summary>Deletes a key that <see cref="Lock"/> answered; one that is gone already is no error.</summary>
    public override Task<UnlockResponse> Unlock(UnlockRequest request, ServerCallContext context) =>
        store.RunAsync(context, async _ =>
        {
            DeleteRangeResponse deleted = await store.DeleteAsync(request.Key, context);
            return new UnlockResponse { Header = deleted.Header };
        });

    private async Task<LockResponse> AcquireAsync(LockRequest request, ServerCallContext context, CancellationToken end)
    {
        long leaseId = await store.SessionAsync(request.Lease, context);
        ByteString prefix = RecipeKeys.Prefix(request.Name);
        ByteString key = RecipeKeys.Key(prefix, leaseId);
        TxnRequest enqueue = RecipeKeys.IfCreatedAt(key, createRevision: 0);
        enqueue.Success.Add(RecipeKeys.Put(key, ByteString.Empty, leaseId));
        enqueue.Success.Add(RecipeKeys.Get(RecipeKeys.Oldest(prefix)));
        enqueue.Failure.Add(RecipeKeys.Get(new RangeRequest { Key = key }));
        enqueue.Failure.Add(RecipeKeys.Get(RecipeKeys.Oldest(prefix)));
        TxnResponse enqueued = await store.TxnAsync(enqueue, context);
        long revision = enqueued.Succeeded
            ? enqueued.Header.Revision
            : enqueued.Responses[0].ResponseRange.Kvs[0].CreateRevision;
        if (enqueued.Responses[1].ResponseRange.Kvs[0].CreateRevision == revision)
        {
            return new LockResponse { Header = enqueued.Header, Key = key };
        }

        ResponseHeader header = await WaitAsync(prefix, key, revision, context, end);
        return new LockResponse { Header = header, Key = key };
    }

    /// <summary>Waits for all who came before; who fails leaves the queue.</summary>
    private async Task<ResponseHeader> WaitAsync(
        ByteString prefix, ByteString key, long revision, ServerCallContext context, CancellationToken end)
    {
        RangeResponse own;
        try
        {
            await store.WaitForOlderAsync(prefix, revision - 1, context, end);
            own = await store.RangeAsync(new RangeRequest { Key = key }, context);
        }
        // When this member stops, the caller keeps its place: it asks another member with the same lease.
        catch (Exception) when (!end.IsCancellationRequested || context.CancellationToken.IsCancellationRequested)
        {
            await store.WithdrawAsync(
                new InternalRaftRequest { DeleteRange = new DeleteRangeRequest { Key = key } });
            throw;
        }

        return own.Kvs.Count > 0
            ? own.Header
            : throw new RpcException(new Status(StatusCode.Unknown, SessionExpiredText));
    }
}
