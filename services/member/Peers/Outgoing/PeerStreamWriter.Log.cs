namespace Etcd.Member.Peers.Outgoing;

internal sealed partial class PeerStreamWriter
{
    [LoggerMessage(
        Level = LogLevel.Information, Message = "established TCP streaming connection with remote peer")]
    private static partial void StreamEstablished(
        ILogger logger, string streamWriterType, string localMemberId, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "closed TCP streaming connection with remote peer")]
    private static partial void StreamClosed(
        ILogger logger, string streamWriterType, string localMemberId, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lost TCP streaming connection with remote peer")]
    private static partial void StreamLost(
        ILogger logger, string streamWriterType, string localMemberId, string remotePeerId, Exception error);
}
