namespace Etcd.Member.Peers;

internal sealed partial class PeerStatus
{
    [LoggerMessage(Level = LogLevel.Information, Message = "peer became active")]
    private static partial void PeerBecameActive(ILogger logger, string peerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "peer became inactive (message send to peer failed)")]
    private static partial void PeerBecameInactive(ILogger logger, string peerId, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "peer deactivated again")]
    private static partial void PeerDeactivatedAgain(ILogger logger, string peerId, string error);
}
