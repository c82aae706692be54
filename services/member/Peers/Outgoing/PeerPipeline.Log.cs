namespace Etcd.Member.Peers.Outgoing;

internal sealed partial class PeerPipeline
{
    [LoggerMessage(Level = LogLevel.Error, Message = "request sent was ignored due to cluster ID mismatch")]
    private static partial void IgnoredClusterId(
        ILogger logger, string remotePeerId, string remotePeerClusterId, string localMemberClusterId);

    [LoggerMessage(Level = LogLevel.Error, Message = "request sent was ignored by peer")]
    private static partial void IgnoredVersion(ILogger logger, string remotePeerId);
}
