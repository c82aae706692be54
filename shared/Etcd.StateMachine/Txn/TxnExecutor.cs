using Etcd.Protocol.Errors;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf.Collections;

namespace Etcd.StateMachine.Txn;

/// <summary>
/// Executes transactions as etcd does:
/// <list type="number">
/// <item>All comparisons, those of nested transactions too, are made against the state before the transaction; they
/// choose one branch each (the path, in the order in which the transactions are met).</item>
/// <item>The operations on the path are checked: first every put, then every range. A failure fails the whole
/// transaction before anything is written.</item>
/// <item>The operations run in order; ranges see the writes before them.</item>
/// </list>
/// Stateless.
/// </summary>
internal static class TxnExecutor
{
    /// <summary>Executes a transaction of ranges on a view. The error may be <see cref="ReadErrors.Swept"/>.</summary>
    /// <param name="context">The view.</param>
    /// <param name="request">The transaction.</param>
    /// <param name="ranges">Number of lookups made, those of comparisons too.</param>
    public static (TxnResponse? Response, EtcdError? Error) ExecuteReadOnly(
        IReadContext context, TxnRequest request, out int ranges)
    {
        bool swept = false;
        List<bool> path = [];
        ranges = 0;
        ChoosePath(context, request, path, ref swept, ref ranges);
        if (swept)
        {
            return (null, ReadErrors.Swept);
        }

        int position = 0;
        if (CheckRanges(context, request, path, ref position) is { } refused)
        {
            return (null, refused);
        }

        position = 0;
        (TxnResponse response, EtcdError? error) =
            Run(context, store: null, request, path, ref position, ref ranges);
        response.Header = new ResponseHeader { Revision = context.ReadRevision };
        return error is null ? (response, null) : (null, error);
    }

    /// <summary>Executes a transaction on the store, within an open request.</summary>
    public static (TxnResponse? Response, EtcdError? Error) Execute(
        MvccStore store, LeaseSet leases, TxnRequest request)
    {
        bool swept = false;
        List<bool> path = [];
        int ranges = 0;
        ChoosePath(store, request, path, ref swept, ref ranges);
        store.CountRanges(ranges);
        int position = 0;
        List<DeleteRangeRequest>? deletes = null;
        if (CheckPuts(store, leases, request, path, ref position, ref deletes) is { } refusedPut)
        {
            return (null, refusedPut);
        }

        position = 0;
        if (CheckRanges(store, request, path, ref position) is { } refusedRange)
        {
            return (null, refusedRange);
        }

        // What was looked up so far is a transaction of its own in etcd.
        store.CountOperations();
        position = 0;
        ranges = 0;
        (TxnResponse response, EtcdError? error) = Run(store, store, request, path, ref position, ref ranges);
        store.CountRanges(ranges);
        if (error is not null || swept)
        {
            throw new InvalidOperationException($"a checked transaction failed at {store.ReadRevision}: {error}");
        }

        response.Header = new ResponseHeader { Revision = store.ReadRevision };
        return (response, null);
    }

    private static void ChoosePath(
        IReadContext context, TxnRequest request, List<bool> path, ref bool swept, ref int ranges)
    {
        bool succeeded = TxnCompare.All(context, request.Compare, ref swept, ref ranges);
        path.Add(succeeded);
        RepeatedField<RequestOp> branch = Branch(request, succeeded);
        for (int i = 0; i < branch.Count; i++)
        {
            if (branch[i].RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            {
                ChoosePath(context, branch[i].RequestTxn, path, ref swept, ref ranges);
            }
        }
    }

    private static RepeatedField<RequestOp> Branch(TxnRequest request, bool succeeded) =>
        succeeded ? request.Success : request.Failure;

    private static EtcdError? CheckPuts(
        MvccStore store,
        LeaseSet leases,
        TxnRequest request,
        List<bool> path,
        ref int position,
        ref List<DeleteRangeRequest>? deletes)
    {
        RepeatedField<RequestOp> branch = Branch(request, path[position++]);
        for (int i = 0; i < branch.Count; i++)
        {
            RequestOp op = branch[i];
            EtcdError? error = null;
            switch (op.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestTxn:
                    error = CheckPuts(store, leases, op.RequestTxn, path, ref position, ref deletes);
                    break;
                case RequestOp.RequestOneofCase.RequestPut:
                    error = CheckPut(store, leases, op.RequestPut, deletes);
                    break;
                case RequestOp.RequestOneofCase.RequestDeleteRange:
                    (deletes ??= []).Add(op.RequestDeleteRange);
                    break;
                default:
                    break;
            }

            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    // Differs from etcd: a put that keeps the old value or lease of a key which the same transaction deletes before
    // (possible with a delete to the end of the key space, which is not seen as a duplicate) is refused like one of a
    // missing key. Etcd passes the check and stops the process while it executes.
    private static EtcdError? CheckPut(
        MvccStore store, LeaseSet leases, PutRequest put, List<DeleteRangeRequest>? deletes)
    {
        if (put.IgnoreValue || put.IgnoreLease)
        {
            store.CountRanges(1);
            bool exists = IndexReader.Find(store.Root, put.Key.Span) is { IsLive: true };
            foreach (DeleteRangeRequest delete in deletes ?? [])
            {
                exists &= !KeyInterval.Of(delete.Key, delete.RangeEnd).Contains(put.Key.Span);
            }

            if (!exists)
            {
                return EtcdErrors.KeyNotFound;
            }
        }

        return put.Lease != 0 && !leases.Contains(put.Lease) ? EtcdErrors.LeaseNotFound : null;
    }

    private static EtcdError? CheckRanges(
        IReadContext context, TxnRequest request, List<bool> path, ref int position)
    {
        RepeatedField<RequestOp> branch = Branch(request, path[position++]);
        for (int i = 0; i < branch.Count; i++)
        {
            RequestOp op = branch[i];
            EtcdError? error = op.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestTxn => CheckRanges(context, op.RequestTxn, path, ref position),
                RequestOp.RequestOneofCase.RequestRange => CheckRange(context, op.RequestRange.Revision),
                _ => null,
            };
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    // Unlike in a plain range, only 0 means the current revision; a negative one is an old one.
    private static EtcdError? CheckRange(IReadContext context, long revision) =>
        revision == 0 ? null
        : revision > context.ReadRevision ? EtcdErrors.FutureRevision
        : revision < context.CompactRevision ? EtcdErrors.Compacted
        : null;

    private static (TxnResponse Response, EtcdError? Error) Run(
        IReadContext context,
        MvccStore? store,
        TxnRequest request,
        List<bool> path,
        ref int position,
        ref int ranges)
    {
        bool succeeded = path[position++];
        var response = new TxnResponse { Succeeded = succeeded };
        RepeatedField<RequestOp> branch = Branch(request, succeeded);
        response.Responses.Capacity = branch.Count;
        for (int i = 0; i < branch.Count; i++)
        {
            RequestOp op = branch[i];
            var answer = new ResponseOp();
            EtcdError? error = null;
            switch (op.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestRange:
                    ranges++;
                    (answer.ResponseRange, error) = RangeExecutor.Execute(context, op.RequestRange);
                    break;
                case RequestOp.RequestOneofCase.RequestPut:
                    answer.ResponsePut = WriteExecutor.Put(Writable(store, op), op.RequestPut);
                    break;
                case RequestOp.RequestOneofCase.RequestDeleteRange:
                    answer.ResponseDeleteRange = WriteExecutor.DeleteRange(Writable(store, op), op.RequestDeleteRange);
                    break;
                case RequestOp.RequestOneofCase.RequestTxn:
                    (answer.ResponseTxn, error) = Run(context, store, op.RequestTxn, path, ref position, ref ranges);
                    answer.ResponseTxn.Header = new ResponseHeader();
                    break;
                default:
                    break;
            }

            if (error is not null)
            {
                return (response, error);
            }

            response.Responses.Add(answer);
        }

        return (response, null);
    }

    private static MvccStore Writable(MvccStore? store, RequestOp op) =>
        store ?? throw new InvalidOperationException($"a read-only transaction holds {op.RequestCase}");
}
