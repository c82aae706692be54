using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <content>Log messages.</content>
internal sealed partial class CallHandler
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "request stats: slow request to {method}, took {took}, status {status}")]
    private static partial void LogSlowRequest(ILogger logger, string method, TimeSpan took, StatusCode status);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "the handler of {method} failed")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string method);
}
