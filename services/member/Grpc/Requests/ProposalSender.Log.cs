namespace Etcd.Member.Grpc;

/// <content>Log messages.</content>
internal sealed partial class ProposalSender
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "backend quota exceeded; raising alarm, size {sizeBytes} quota {quotaBytes}")]
    private static partial void LogQuotaExceeded(ILogger logger, long sizeBytes, long quotaBytes);
}
