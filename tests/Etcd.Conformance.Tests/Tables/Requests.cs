using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Short forms of the requests that the tables are made of.</summary>
internal static class Requests
{
    /// <summary>As a range end: every key from the start on.</summary>
    public const string FromKey = "\0";

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    public static PutRequest Put(string key, string value, long lease = 0) =>
        new() { Key = Bytes(key), Value = Bytes(value), Lease = lease };

    public static RangeRequest Range(string key, string end = "") => new() { Key = Bytes(key), RangeEnd = Bytes(end) };

    public static DeleteRangeRequest Delete(string key, string end = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(end) };

    public static RequestOp Op(PutRequest put) => new() { RequestPut = put };

    public static RequestOp Op(RangeRequest range) => new() { RequestRange = range };

    public static RequestOp Op(DeleteRangeRequest delete) => new() { RequestDeleteRange = delete };

    public static RequestOp Op(TxnRequest txn) => new() { RequestTxn = txn };

    public static TxnRequest Txn(params RequestOp[] success) => new() { Success = { success } };

    /// <summary>A transaction within as many others.</summary>
    public static TxnRequest Nested(int depth, TxnRequest innermost)
    {
        var txn = innermost;
        for (int level = 0; level < depth; level++)
        {
            txn = Txn(Op(txn));
        }

        return txn;
    }

    public static TxnRequest Txn(Compare compare, RequestOp[] success, RequestOp[] failure) =>
        new() { Compare = { compare }, Success = { success }, Failure = { failure } };

    public static Compare Version(string key, long version) =>
        new() { Key = Bytes(key), Target = Compare.Types.CompareTarget.Version, Version = version };

    public static Compare Value(string key, string value, Compare.Types.CompareResult result) => new()
    {
        Key = Bytes(key), Target = Compare.Types.CompareTarget.Value, Value = Bytes(value), Result = result,
    };

    public static LeaseGrantRequest Grant(long id, long ttlSeconds) => new() { ID = id, TTL = ttlSeconds };

    public static LeaseRevokeRequest Revoke(long id) => new() { ID = id };

    public static LeaseTimeToLiveRequest TimeToLive(long id, bool keys = false) => new() { ID = id, Keys = keys };

    public static WatchRequest Cancel(long watchId) =>
        new() { CancelRequest = new WatchCancelRequest { WatchId = watchId } };

    public static WatchRequest Progress() => new() { ProgressRequest = new WatchProgressRequest() };

    /// <summary>A watch that differs from the plain one by what the change sets.</summary>
    public static WatchRequest Watch(string key, string end, Action<WatchCreateRequest> change)
    {
        var request = Watch(key, end);
        change(request.CreateRequest);
        return request;
    }

    public static WatchRequest Watch(string key, string end = "", long from = 0, long id = 0) => new()
    {
        CreateRequest = new WatchCreateRequest
        {
            Key = Bytes(key), RangeEnd = Bytes(end), StartRevision = from, WatchId = id,
        },
    };
}
