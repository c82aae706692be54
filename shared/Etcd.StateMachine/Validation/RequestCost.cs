using Etcdserverpb;
using Google.Protobuf.Collections;

namespace Etcd.StateMachine.Validation;

/// <summary>
/// What a request may add to the engine, for the quota: refused when size + cost ≥ quota. A cost of 0 is never
/// refused. Stateless and thread-safe (etcd's <c>quota.go</c>).
/// </summary>
public static class RequestCost
{
    private const long KeyValueOverheadBytes = 256;
    private const long LeaseBytes = 64;

    /// <summary>Bytes of a put.</summary>
    public static long Of(PutRequest request) => KeyValueOverheadBytes + request.Key.Length + request.Value.Length;

    /// <summary>Bytes of the puts of a transaction, those of the larger branch. As in etcd the puts of nested
    /// transactions do not count: whether a full store refuses a request must be equal on every member.</summary>
    public static long Of(TxnRequest request) => Math.Max(Of(request.Success), Of(request.Failure));

    /// <summary>Bytes of a lease.</summary>
    public static long Of(LeaseGrantRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LeaseBytes;
    }

    /// <summary>True when the quota has room.</summary>
    /// <param name="engineBytes">Bytes that the engine occupies.</param>
    /// <param name="costBytes">What the request may add.</param>
    /// <param name="quotaBytes">The quota; 0 or less for none.</param>
    public static bool Fits(long engineBytes, long costBytes, long quotaBytes) =>
        quotaBytes <= 0 || costBytes == 0 || engineBytes + costBytes < quotaBytes;

    private static long Of(RepeatedField<RequestOp> branch)
    {
        long cost = 0;

        // By index, here and wherever a request is walked: a repeated field's enumerator is an object.
        for (int i = 0; i < branch.Count; i++)
        {
            cost += branch[i].RequestCase == RequestOp.RequestOneofCase.RequestPut ? Of(branch[i].RequestPut) : 0;
        }

        return cost;
    }
}
