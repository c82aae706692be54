namespace Etcd.Member.Background;

internal sealed partial class AutoCompactor
{
    [LoggerMessage(Level = LogLevel.Information, Message = "starting auto periodic compaction")]
    private static partial void StartingPeriodic(ILogger logger, long revision, TimeSpan compactPeriod);

    [LoggerMessage(Level = LogLevel.Information, Message = "completed auto periodic compaction")]
    private static partial void CompletedPeriodic(ILogger logger, long revision, TimeSpan compactPeriod, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed auto periodic compaction")]
    private static partial void FailedPeriodic(
        ILogger logger, long revision, TimeSpan compactPeriod, TimeSpan retryInterval, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "starting auto revision compaction")]
    private static partial void StartingRevision(ILogger logger, long revision, long revisionCompactionRetention);

    [LoggerMessage(Level = LogLevel.Information, Message = "completed auto revision compaction")]
    private static partial void CompletedRevision(
        ILogger logger, long revision, long revisionCompactionRetention, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed auto revision compaction")]
    private static partial void FailedRevision(
        ILogger logger, long revision, long revisionCompactionRetention, TimeSpan retryInterval, string error);
}
