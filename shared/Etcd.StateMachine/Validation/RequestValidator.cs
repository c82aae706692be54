using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf.Collections;

namespace Etcd.StateMachine.Validation;

/// <summary>
/// The checks of a request's own fields, in etcd's order, made at the edge before anything is proposed or read.
/// Stateless and thread-safe (etcd's <c>v3rpc/key.go</c>).
/// </summary>
public static class RequestValidator
{
    /// <summary>Default of the <c>max-txn-ops</c> flag.</summary>
    public const int DefaultMaxTxnOps = 128;

    /// <summary>Checks a range request. An unknown order is let through and does not sort, as in release 3.5; an
    /// unknown target, which stops that release's process, is refused as by later ones.</summary>
    public static EtcdError? Check(RangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Key.IsEmpty ? EtcdErrors.EmptyKey
            : request.SortTarget is < RangeRequest.Types.SortTarget.Key or > RangeRequest.Types.SortTarget.Value
                ? EtcdErrors.InvalidSortOption
            : null;
    }

    /// <summary>Checks a put request.</summary>
    public static EtcdError? Check(PutRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Key.IsEmpty ? EtcdErrors.EmptyKey
            : request.IgnoreValue && !request.Value.IsEmpty ? EtcdErrors.ValueProvided
            : request.IgnoreLease && request.Lease != 0 ? EtcdErrors.LeaseProvided
            : null;
    }

    /// <summary>Checks a delete request.</summary>
    public static EtcdError? Check(DeleteRangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Key.IsEmpty ? EtcdErrors.EmptyKey : null;
    }

    /// <summary>Checks a transaction, its nested transactions and both branches of each.</summary>
    /// <param name="request">The transaction.</param>
    /// <param name="maxTxnOps">Largest number of operations or comparisons on a path (<c>max-txn-ops</c>).</param>
    public static EtcdError? Check(TxnRequest request, int maxTxnOps)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CheckFields(request, maxTxnOps)
            ?? TxnIntervals.Check(request.Success)
            ?? TxnIntervals.Check(request.Failure);
    }

    /// <summary>True when both branches hold only ranges, so that the transaction is answered without a proposal.
    /// </summary>
    public static bool IsReadOnly(TxnRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AreAll(request.Success, IsRange) && AreAll(request.Failure, IsRange);

        static bool IsRange(RequestOp op) => op.RequestCase == RequestOp.RequestOneofCase.RequestRange;
    }

    /// <summary>True when every range of a read-only transaction is serializable; also for an empty one.</summary>
    public static bool IsSerializable(TxnRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AreAll(request.Success, IsSerializableRange) && AreAll(request.Failure, IsSerializableRange);

        static bool IsSerializableRange(RequestOp op) =>
            op.RequestCase == RequestOp.RequestOneofCase.RequestRange && op.RequestRange.Serializable;
    }

    private static EtcdError? CheckFields(TxnRequest request, int maxTxnOps)
    {
        int operations = Math.Max(request.Compare.Count, Math.Max(request.Success.Count, request.Failure.Count));
        if (operations > maxTxnOps)
        {
            return EtcdErrors.TooManyOps;
        }

        for (int i = 0; i < request.Compare.Count; i++)
        {
            if (request.Compare[i].Key.IsEmpty)
            {
                return EtcdErrors.EmptyKey;
            }
        }

        int left = maxTxnOps - operations;
        return CheckBranch(request.Success, left) ?? CheckBranch(request.Failure, left);
    }

    private static EtcdError? CheckBranch(RepeatedField<RequestOp> branch, int maxTxnOps)
    {
        for (int i = 0; i < branch.Count; i++)
        {
            RequestOp op = branch[i];
            EtcdError? error = op.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange => Check(op.RequestRange),
                RequestOp.RequestOneofCase.RequestPut => Check(op.RequestPut),
                RequestOp.RequestOneofCase.RequestDeleteRange => Check(op.RequestDeleteRange),
                RequestOp.RequestOneofCase.RequestTxn => CheckFields(op.RequestTxn, maxTxnOps),
                _ => EtcdErrors.KeyNotFound,
            };
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private static bool AreAll(RepeatedField<RequestOp> branch, Func<RequestOp, bool> condition)
    {
        for (int i = 0; i < branch.Count; i++)
        {
            if (!condition(branch[i]))
            {
                return false;
            }
        }

        return true;
    }
}
