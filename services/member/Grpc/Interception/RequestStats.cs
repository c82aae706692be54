using System.Net;
using Etcd.Protocol.Text;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Member.Grpc;

/// <summary>What the log says of a call's size (etcd's <c>logUnaryRequestStats</c>). Immutable.</summary>
/// <param name="RequestCount">Operations asked for; -1 for calls that are not about keys.</param>
/// <param name="RequestBytes">Size; of a transaction that of the operations of the taken branch.</param>
/// <param name="ResponseCount">Keys found or deleted.</param>
/// <param name="ResponseBytes">Size; 0 without a response.</param>
/// <param name="Content">The request's text, with sizes for values.</param>
internal readonly record struct RequestStats(
    long RequestCount, int RequestBytes, long ResponseCount, int ResponseBytes, string Content)
{
    private static readonly RequestStats Unknown = new(-1, -1, -1, -1, "");

    /// <summary>Measures a call.</summary>
    /// <param name="request">Null when it was refused before it was looked at.</param>
    /// <param name="response">Null when the call failed.</param>
    public static RequestStats Of(object? request, object? response)
    {
        int bytes = response is IMessage answer ? answer.CalculateSize() : 0;
        return request switch
        {
            RangeRequest range => new(
                0, range.CalculateSize(), (response as RangeResponse)?.Count ?? 0, bytes, LoggableRequest.Of(range)),
            PutRequest put => new(1, put.CalculateSize(), 0, bytes, LoggableRequest.Of(put)),
            DeleteRangeRequest delete => new(
                0,
                delete.CalculateSize(),
                (response as DeleteRangeResponse)?.Deleted ?? 0,
                bytes,
                LoggableRequest.Of(delete)),
            TxnRequest txn => OfTxn(txn, response as TxnResponse, bytes),
            _ => Unknown,
        };
    }

    /// <summary>The client's address as Go prints it.</summary>
    public static string Remote(ConnectionInfo connection) => connection.RemoteIpAddress is { } address
        ? new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, connection.RemotePort).ToString()
        : "No remote client info.";

    private static RequestStats OfTxn(TxnRequest txn, TxnResponse? response, int responseBytes)
    {
        if (response is null)
        {
            return new RequestStats(0, 0, 0, 0, "");
        }

        var taken = response.Succeeded ? txn.Success : txn.Failure;
        return new RequestStats(
            taken.Count,
            taken.Sum(static operation => operation.CalculateSize()),
            0,
            responseBytes,
            LoggableRequest.Of(txn));
    }
}
