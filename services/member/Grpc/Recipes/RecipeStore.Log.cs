namespace Etcd.Member.Grpc;

/// <content>Log messages.</content>
internal sealed partial class RecipeStore
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "failed to remove the key of a caller who gave up; its lease will, error {error}")]
    private static partial void LogWithdrawFailed(ILogger logger, string error);
}
