using Etcd.Raft;

namespace Etcd.Member.Peers.Wire;

/// <summary>
/// The message that keeps an idle stream alive. Raft never sees it: its own messages always name sender and receiver.
/// </summary>
internal static class LinkHeartbeat
{
    /// <summary>The message.</summary>
    public static Message Message { get; } = new() { Type = MessageType.Heartbeat };

    /// <summary>True for a message that only keeps the stream alive.</summary>
    public static bool Is(Message message) => message is { Type: MessageType.Heartbeat, From: 0, To: 0 };
}
