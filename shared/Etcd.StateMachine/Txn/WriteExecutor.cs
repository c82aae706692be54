using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Txn;

/// <summary>Executes puts and deletes that are checked already, within an open request of the store. Stateless.
/// </summary>
internal static class WriteExecutor
{
    /// <summary>Executes a put. With <c>ignore_value</c> or <c>ignore_lease</c> the key exists; the lease exists.
    /// </summary>
    public static PutResponse Put(MvccStore store, PutRequest request)
    {
        var response = new PutResponse { Header = new ResponseHeader() };
        ByteString value = request.Value;
        long leaseId = request.Lease;
        if (request.IgnoreValue || request.IgnoreLease || request.PrevKv)
        {
            store.CountRanges(1);
            KeyValue? previous = store.FindCurrent(request.Key);
            if (request.IgnoreValue || request.IgnoreLease)
            {
                KeyValue kept = previous
                    ?? throw new InvalidOperationException($"a checked put at {store.ReadRevision} misses its key");
                value = request.IgnoreValue ? kept.Value : value;
                leaseId = request.IgnoreLease ? kept.Lease : leaseId;
            }

            response.PrevKv = request.PrevKv ? previous : null;
        }

        response.Header.Revision = store.Put(request.Key, value, leaseId);
        return response;
    }

    /// <summary>Executes a delete.</summary>
    public static DeleteRangeResponse DeleteRange(MvccStore store, DeleteRangeRequest request)
    {
        var response = new DeleteRangeResponse { Header = new ResponseHeader() };
        KeyInterval interval = KeyInterval.Of(request.Key, request.RangeEnd);
        if (request.PrevKv)
        {
            store.CountRanges(1);
            foreach (KeyHistory history in RangeExecutor.CollectLive(store, interval))
            {
                response.PrevKvs.Add(store.ReadRow(history.Last));
            }
        }

        response.Deleted = store.DeleteRange(interval);
        response.Header.Revision = store.ReadRevision;
        return response;
    }
}
