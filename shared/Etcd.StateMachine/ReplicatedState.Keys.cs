using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Txn;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <content>
/// Requests on keys and leases. Each checks, in etcd's order: alarms, then existence of the lease, then existence of
/// the key. One request makes at most one main revision.
/// </content>
public sealed partial class ReplicatedState
{
    // Asked of the engine once per commit: a property of a native engine costs more than a put.
    private long _engineBytes;

    private ApplyResult? ApplyKeyRequest(ulong id, InternalRaftRequest request)
    {
        _store.BeginRequest();
        ApplyResult? result =
            request.Put is not null ? ApplyPut(id, request.Put)
            : request.Txn is not null ? ApplyTxn(id, request.Txn)
            : request.DeleteRange is not null ? ApplyDeleteRange(id, request.DeleteRange)
            : request.Range is not null ? ApplyRange(id, request.Range)
            : request.Compaction is not null ? ApplyCompaction(id, request.Compaction)
            : null;
        _store.EndRequest();
        return result;
    }

    private ApplyResult? ApplyLeaseRequest(ulong id, InternalRaftRequest request)
    {
        _store.BeginRequest();
        ApplyResult? result =
            request.LeaseGrant is not null ? ApplyLeaseGrant(id, request.LeaseGrant)
            : request.LeaseRevoke is not null ? ApplyLeaseRevoke(id, request.LeaseRevoke)
            : request.LeaseCheckpoint is not null ? ApplyLeaseCheckpoint(id, request.LeaseCheckpoint)
            : null;
        _store.EndRequest();
        return result;
    }

    private ApplyResult ApplyPut(ulong id, PutRequest request)
    {
        if (RefusalOf(needsRoom: true) is { } refused)
        {
            return Fail(id, refused);
        }

        if (request.Lease != 0 && !Leases.Contains(request.Lease))
        {
            return Fail(id, EtcdErrors.LeaseNotFound);
        }

        bool keepsOld = request.IgnoreValue || request.IgnoreLease;
        if (keepsOld && IndexReader.Find(_store.Root, request.Key.Span) is not { IsLive: true })
        {
            return Fail(id, EtcdErrors.KeyNotFound);
        }

        bool fits = Fits(RequestCost.Of(request));
        return Succeed(id, WriteExecutor.Put(_store, request), fits);
    }

    private ApplyResult ApplyTxn(ulong id, TxnRequest request)
    {
        long cost = RequestCost.Of(request);
        if (RefusalOf(needsRoom: cost > 0) is { } refused)
        {
            return Fail(id, refused);
        }

        bool fits = Fits(cost);
        (TxnResponse? response, EtcdError? error) = TxnExecutor.Execute(_store, Leases, request);
        return error is null ? Succeed(id, response, fits) : Fail(id, error);
    }

    private ApplyResult ApplyDeleteRange(ulong id, DeleteRangeRequest request) =>
        RefusalOf(needsRoom: false) is { } refused
            ? Fail(id, refused)
            : Succeed(id, WriteExecutor.DeleteRange(_store, request), fits: true);

    private ApplyResult ApplyRange(ulong id, RangeRequest request)
    {
        _store.CountRanges(1);
        (RangeResponse? response, EtcdError? error) = RangeExecutor.Execute(_store, request);
        return error is null ? Succeed(id, response, fits: true) : Fail(id, error);
    }

    private ApplyResult ApplyCompaction(ulong id, CompactionRequest request)
    {
        if (RefusalOf(needsRoom: false) is { } refused)
        {
            return Fail(id, refused);
        }

        (CompactionSweep? sweep, EtcdError? error) = _store.Compact(request.Revision);
        if (error is not null)
        {
            return Fail(id, error);
        }

        // etcd finds out the revision that it answers by a range.
        _store.CountRanges(1);
        return Succeed(id, new CompactionResponse { Header = NewHeader() }, fits: true) with { Sweep = sweep };
    }

    private ApplyResult ApplyLeaseGrant(ulong id, LeaseGrantRequest request)
    {
        if (RefusalOf(needsRoom: true) is { } refused)
        {
            return Fail(id, refused);
        }

        bool fits = Fits(RequestCost.Of(request));
        EtcdError? error = Leases.Grant(request.ID, request.TTL, _batch, out long grantedTtlSeconds);
        var response = new LeaseGrantResponse { Header = NewHeader(), ID = request.ID, TTL = grantedTtlSeconds };
        return error is null ? Succeed(id, response, fits) : Fail(id, error);
    }

    private ApplyResult ApplyLeaseRevoke(ulong id, LeaseRevokeRequest request)
    {
        if (RefusalOf(needsRoom: false) is { } refused)
        {
            return Fail(id, refused);
        }

        foreach (byte[] key in Leases.SortedKeys(request.ID))
        {
            _store.DeleteKey(key);
        }

        EtcdError? error = Leases.Remove(request.ID, _batch);
        var response = new LeaseRevokeResponse { Header = new ResponseHeader { Revision = _store.ReadRevision } };
        return error is null ? Succeed(id, response, fits: true) : Fail(id, error);
    }

    private ApplyResult ApplyLeaseCheckpoint(ulong id, LeaseCheckpointRequest request)
    {
        bool persist = _options.PersistLeaseCheckpoints
            || Members.Current.Version >= new ClusterVersion(3, 6, 0);
        foreach (LeaseCheckpoint checkpoint in request.Checkpoints)
        {
            Leases.Checkpoint(checkpoint.ID, checkpoint.RemainingTTL, persist, _batch);
        }

        return Succeed(id, new LeaseCheckpointResponse { Header = NewHeader() }, fits: true);
    }

    private EtcdError? RefusalOf(bool needsRoom) =>
        Alarms.HasCorrupt ? EtcdErrors.Corrupt
        : needsRoom && Alarms.HasNoSpace ? EtcdErrors.NoSpace
        : null;

    private bool Fits(long costBytes) =>
        RequestCost.Fits(_engineBytes + _store.PendingBytes, costBytes, _options.QuotaBytes);

    private static ApplyResult Fail(ulong id, EtcdError error) => new(id, Response: null, error);

    // Members may differ in size, so being over the quota may decide the answer but never the state.
    private static ApplyResult Succeed(ulong id, IMessage? response, bool fits) =>
        fits
            ? new ApplyResult(id, response, Error: null)
            : new ApplyResult(id, response, EtcdErrors.NoSpace) { QuotaExceeded = true };
}
