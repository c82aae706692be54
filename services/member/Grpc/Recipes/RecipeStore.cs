using Etcd.Node;
using Etcd.StateMachine;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// What lock and election do with the store. Each request passes the checks that it would pass from outside, as the
/// same caller. Thread-safe.
/// </summary>
internal sealed partial class RecipeStore(
    IMemberAccess member,
    KVService kv,
    LeaseService leases,
    LeaderLossMonitor calls,
    GrpcEdgeOptions options,
    ILogger<RecipeStore> logger)
{
    /// <summary>Seconds that a lease lives that the caller did not bring; nobody renews it.</summary>
    private const long SessionSeconds = 60;

    /// <summary>Runs a call that may wait for long.</summary>
    /// <param name="context">The call.</param>
    /// <param name="recipe">Its work; the token ends with the caller, the deadline, or the host.</param>
    /// <exception cref="RpcException">
    /// Errors of the store have the code Unknown, as from etcd, whose recipes are a client of the store and pass on
    /// no more than the text.
    /// </exception>
    public async Task<T> RunAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> recipe)
    {
        StreamScope scope = calls.Open(requiresLeader: false, context.CancellationToken);
        try
        {
            return await recipe(scope.Token);
        }
        catch (RpcException exception)
        {
            throw new RpcException(new Status(StatusCode.Unknown, exception.Status.Detail));
        }
        catch (OperationCanceledException) when (scope.Cause is { } cause)
        {
            throw cause.ToRpcException();
        }
        finally
        {
            calls.Close(scope);
        }
    }

    /// <summary>The lease of a session: the caller's, or a new one when that is 0.</summary>
    public async Task<long> SessionAsync(long leaseId, ServerCallContext context)
    {
        if (leaseId != 0)
        {
            return leaseId;
        }

        LeaseGrantResponse granted = await leases.LeaseGrant(new LeaseGrantRequest { TTL = SessionSeconds }, context);
        return granted.ID;
    }

    /// <summary>Runs a transaction.</summary>
    public Task<TxnResponse> TxnAsync(TxnRequest request, ServerCallContext context) => kv.Txn(request, context);

    /// <summary>Reads linearizably.</summary>
    public Task<RangeResponse> RangeAsync(RangeRequest request, ServerCallContext context) =>
        kv.Range(request, context);

    /// <summary>Deletes a key.</summary>
    public Task<DeleteRangeResponse> DeleteAsync(ByteString key, ServerCallContext context) =>
        kv.DeleteRange(new DeleteRangeRequest { Key = key }, context);

    /// <summary>Watches a key, or a range of keys.</summary>
    /// <inheritdoc cref="KeyWatch(MemberNode, ByteString, ByteString, long)"/>
    public KeyWatch Watch(ByteString key, ByteString rangeEnd, long startRevision) =>
        new(member.Node, key, rangeEnd, startRevision);

    /// <summary>Waits until nothing under a prefix is older than a revision.</summary>
    /// <param name="prefix">From <see cref="RecipeKeys.Prefix"/>.</param>
    /// <param name="maxCreateRevision">The newest create revision to wait for, inclusive.</param>
    /// <param name="context">The call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>
    /// Watches only the youngest predecessor, so that a deletion wakes one who waits, not all. Differs from etcd: a
    /// compaction in the meantime does not end the wait with an error, it only makes it look again.
    /// </remarks>
    public async Task WaitForOlderAsync(
        ByteString prefix, long maxCreateRevision, ServerCallContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            RangeResponse youngest = await RangeAsync(RecipeKeys.Youngest(prefix, maxCreateRevision), context);
            if (youngest.Kvs.Count == 0)
            {
                return;
            }

            using KeyWatch watch = Watch(youngest.Kvs[0].Key, ByteString.Empty, youngest.Header.Revision + 1);
            WatchResponse? response;
            do
            {
                response = await watch.NextAsync(cancellationToken);
            }
            while (response is not null
                && !response.Events.Any(static e => e.Type == Mvccpb.Event.Types.EventType.Delete));
        }
    }

    /// <summary>Removes the key of a caller who gave up, whether or not that caller still is there.</summary>
    /// <param name="withdrawal">What removes it.</param>
    public async Task WithdrawAsync(InternalRaftRequest withdrawal)
    {
        using CancellationTokenSource limit = new(options.RequestTimeout);
        try
        {
            ApplyResult result = await member.Node.ProposeAsync(withdrawal, limit.Token);
            if (result.Error is { } error)
            {
                LogWithdrawFailed(logger, error.Message);
            }
        }
        catch (OperationCanceledException)
        {
            LogWithdrawFailed(logger, Etcd.Protocol.Errors.EtcdErrors.Timeout.Message);
        }
    }
}
