namespace Etcd.Member.Peers.Incoming;

internal sealed partial class RaftRequestHandler
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void RequestRefused(
        ILogger logger,
        string reason,
        string localMemberId,
        string localMemberClusterId,
        string remotePeerServerName,
        string remotePeerServerVersion,
        string remotePeerClusterId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void StreamRejected(
        ILogger logger, string reason, string localMemberId, string remotePeerIdFrom);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to unmarshal Raft message")]
    private static partial void UnmarshalFailed(ILogger logger, string localMemberId);
}
