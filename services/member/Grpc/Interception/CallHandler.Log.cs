namespace Etcd.Member.Grpc;

/// <content>Log messages.</content>
internal sealed partial class CallHandler
{
    [LoggerMessage(EventId = 1, Message = "request stats")]
    private static partial void LogStats(
        ILogger logger,
        LogLevel level,
        DateTimeOffset start_time,
        TimeSpan time_spent,
        string remote,
        string response_type,
        long request_count,
        int request_size,
        long response_count,
        int response_size,
        string request_content);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "the handler of {method} failed")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string method);
}
