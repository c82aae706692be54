namespace Etcd.Member.Grpc;

/// <content>Log messages, with the words that tools wait for.</content>
internal sealed partial class MaintenanceService
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "starting defragment")]
    private static partial void LogDefragmentStarted(ILogger logger);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "finished defragment")]
    private static partial void LogDefragmentFinished(ILogger logger);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Information,
        Message = "sending database snapshot to client, {totalBytes} bytes")]
    private static partial void LogSnapshotStarted(ILogger logger, long totalBytes);

    [LoggerMessage(
        EventId = 4,
        Level = LogLevel.Information,
        Message = "successfully sent database snapshot to client, {totalBytes} bytes")]
    private static partial void LogSnapshotFinished(ILogger logger, long totalBytes);
}
