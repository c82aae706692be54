namespace Etcd.Member.Peers;

internal sealed partial class HttpPeerTransport
{
    [LoggerMessage(Level = LogLevel.Information, Message = "added remote peer")]
    private static partial void PeerAdded(
        ILogger logger, string localMemberId, string remotePeerId, IReadOnlyList<string> remotePeerUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "added new remote peer")]
    private static partial void RemoteAdded(
        ILogger logger, string localMemberId, string remotePeerId, IReadOnlyList<string> remotePeerUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "updated remote peer")]
    private static partial void PeerUpdated(
        ILogger logger, string localMemberId, string updatedRemotePeerId, IReadOnlyList<string> updatedRemotePeerUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "removed remote peer")]
    private static partial void PeerRemoved(ILogger logger, string localMemberId, string removedRemotePeerId);
}
