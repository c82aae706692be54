using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

internal sealed partial class RemotePeer
{
    [LoggerMessage(Level = LogLevel.Information, Message = "starting remote peer")]
    private static partial void PeerStarting(ILogger logger, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "started remote peer")]
    private static partial void PeerStarted(ILogger logger, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping remote peer")]
    private static partial void PeerStopping(ILogger logger, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped remote peer")]
    private static partial void PeerStopped(ILogger logger, string remotePeerId);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "dropped internal Raft message since sending buffer is full (overloaded network)")]
    private static partial void MessageDropped(
        ILogger logger, MessageType messageType, string localMemberId, string remotePeerId);
}
