using System.Net.Sockets;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client.Calls;

/// <summary>Which calls may be repeated after which failure. Pure.</summary>
internal static class RetryRules
{
    private static readonly HashSet<string> ReadOnlyMethods = new(StringComparer.Ordinal)
    {
        "/etcdserverpb.KV/Range",
        "/etcdserverpb.Lease/LeaseTimeToLive",
        "/etcdserverpb.Lease/LeaseLeases",
        "/etcdserverpb.Cluster/MemberList",
        "/etcdserverpb.Maintenance/Status",
        "/etcdserverpb.Maintenance/Hash",
        "/etcdserverpb.Maintenance/HashKV",
        "/etcdserverpb.Auth/AuthStatus",
        "/etcdserverpb.Auth/UserGet",
        "/etcdserverpb.Auth/UserList",
        "/etcdserverpb.Auth/RoleGet",
        "/etcdserverpb.Auth/RoleList",
        "/etcdserverpb.Auth/Authenticate",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/List",
    };

    private static readonly HashSet<string> UnboundedMethods = new(StringComparer.Ordinal)
    {
        "/etcdserverpb.KV/Compact",
        "/etcdserverpb.Maintenance/Defragment",
    };

    /// <summary>Whether a call changes nothing, so that repeating it is harmless.</summary>
    public static bool IsReadOnly(string method, object request) => request switch
    {
        TxnRequest txn => IsReadOnly(txn),
        AlarmRequest alarm => alarm.Action == AlarmRequest.Types.AlarmAction.Get,
        _ => ReadOnlyMethods.Contains(method),
    };

    /// <summary>Whether a call has no natural end in time: it sweeps or rewrites a whole store.</summary>
    public static bool IsUnbounded(string method) => UnboundedMethods.Contains(method);

    /// <summary>Whether the call may be made again.</summary>
    /// <param name="exception">How the last attempt ended.</param>
    /// <param name="readOnly">From <see cref="IsReadOnly(string, object)"/>.</param>
    public static bool MayRetry(RpcException exception, bool readOnly) =>
        exception.StatusCode == StatusCode.Unavailable
        && (readOnly || WasNeverSent(exception) || IsRefusedByLearner(exception));

    /// <summary>Whether a fresh token may help: the call was refused before it had an effect.</summary>
    public static bool NeedsNewToken(RpcException exception) => exception.ToEtcdError().Code
        is EtcdErrorCode.InvalidAuthToken or EtcdErrorCode.AuthOldRevision;

    /// <summary>Whether no connection was made, so that no byte of the call left.</summary>
    private static bool WasNeverSent(RpcException exception) => exception.Status.DebugException switch
    {
        HttpRequestException http => http.HttpRequestError
            is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError,
        SocketException socket => socket.SocketErrorCode == SocketError.ConnectionRefused,
        _ => false,
    };

    private static bool IsRefusedByLearner(RpcException exception) =>
        exception.ToEtcdError().Code == EtcdErrorCode.NotSupportedForLearner;

    private static bool IsReadOnly(TxnRequest txn) => AllReads(txn.Success) && AllReads(txn.Failure);

    private static bool AllReads(IEnumerable<RequestOp> ops) => ops.All(static op => op.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestRange => true,
        RequestOp.RequestOneofCase.RequestTxn => IsReadOnly(op.RequestTxn),
        _ => false,
    });
}
