using Etcd.Protocol.Errors;
using Etcdserverpb;

namespace Etcd.StateMachine.Validation;

/// <summary>
/// The checks of a request's own fields, in etcd's order, made at the edge before anything is proposed or read.
/// Stateless and thread-safe.
/// </summary>
public static partial class RequestValidator
{
    /// <summary>Default of the <c>max-txn-ops</c> flag.</summary>
    public const int DefaultMaxTxnOps = 128;

    /// <summary>Checks a range request.</summary>
    public static EtcdError? Check(RangeRequest request) => throw new NotSupportedException();

    /// <summary>Checks a put request.</summary>
    public static EtcdError? Check(PutRequest request) => throw new NotSupportedException();

    /// <summary>Checks a delete request.</summary>
    public static EtcdError? Check(DeleteRangeRequest request) => throw new NotSupportedException();

    /// <summary>Checks a transaction, its nested transactions and both branches of each.</summary>
    /// <param name="request">The transaction.</param>
    /// <param name="maxTxnOps">Largest number of operations or comparisons on a path (<c>max-txn-ops</c>).</param>
    public static EtcdError? Check(TxnRequest request, int maxTxnOps) => throw new NotSupportedException();

    /// <summary>True when both branches hold only ranges, so that the transaction is answered without a proposal.
    /// </summary>
    public static bool IsReadOnly(TxnRequest request) => throw new NotSupportedException();

    /// <summary>True when every range of a read-only transaction is serializable; also for an empty one.</summary>
    public static bool IsSerializable(TxnRequest request) => throw new NotSupportedException();
}
