namespace Etcd.Member.Grpc;

/// <content>Log messages.</content>
internal sealed partial class SlowReads
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "apply request took too long")]
    private static partial void LogSlow(
        ILogger logger, TimeSpan took, TimeSpan expectedDuration, string prefix, string request, string response);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "apply request took too long")]
    private static partial void LogSlowFailure(
        ILogger logger,
        TimeSpan took,
        TimeSpan expectedDuration,
        string prefix,
        string request,
        string response,
        string error);
}
