using Etcd.Raft;

namespace Etcd.Member.Peers.Outgoing;

internal sealed partial class PeerStreamReader
{
    [LoggerMessage(Level = LogLevel.Information, Message = "started stream reader with remote peer")]
    private static partial void ReaderStarted(
        ILogger logger, string streamReaderType, string localMemberId, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped stream reader with remote peer")]
    private static partial void ReaderStopped(
        ILogger logger, string streamReaderType, string localMemberId, string remotePeerId);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "established TCP streaming connection with remote peer")]
    private static partial void StreamEstablished(
        ILogger logger, string streamReaderType, string localMemberId, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lost TCP streaming connection with remote peer")]
    private static partial void StreamLost(
        ILogger logger, string streamReaderType, string localMemberId, string remotePeerId, Exception error);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "request sent was ignored by remote peer due to cluster ID mismatch")]
    private static partial void IgnoredClusterId(
        ILogger logger,
        string remotePeerId,
        string remotePeerClusterId,
        string localMemberId,
        string localMemberClusterId,
        string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "request sent was ignored by remote peer due to server version incompatibility")]
    private static partial void IgnoredVersion(
        ILogger logger, string localMemberId, string remotePeerId, string error);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "dropped internal Raft message since receiving buffer is full (overloaded network)")]
    private static partial void MessageDropped(
        ILogger logger, MessageType messageType, string localMemberId, string from);
}
