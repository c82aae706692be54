using System.Net;
using Microsoft.Extensions.Logging;

namespace Etcd.ServiceDefaults.Plaintext;

internal sealed partial class PlaintextListener
{
    [LoggerMessage(LogLevel.Debug, "connection {connectionId} ended before its protocol was known: {reason}")]
    private partial void ConnectionDropped(string connectionId, string reason);

    [LoggerMessage(LogLevel.Warning, "connection {connectionId} could not be examined")]
    private partial void ExaminationFailed(Exception failure, string connectionId);

    [LoggerMessage(LogLevel.Critical, "stopped accepting connections on {endPoint}")]
    private partial void AcceptFailed(Exception failure, EndPoint endPoint);
}
