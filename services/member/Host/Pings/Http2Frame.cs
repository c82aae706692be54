namespace Etcd.Member.Host.Pings;

/// <summary>What the header of an HTTP/2 frame says, but for the length (RFC 9113 §4.1).</summary>
/// <param name="Type">The type.</param>
/// <param name="Flags">The flags of the type.</param>
/// <param name="Stream">The stream; 0 for the connection.</param>
internal readonly record struct Http2Frame(byte Type, byte Flags, int Stream)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte Continuation = 9;

    private const byte FirstFlag = 1;
    private const byte EndHeadersFlag = 4;

    /// <summary>Of a ping: it answers one.</summary>
    public bool IsAcknowledgement => (Flags & FirstFlag) != 0;

    /// <summary>Whether its sender sends nothing more on the stream.</summary>
    public bool EndsStream => Type is Data or Headers && (Flags & FirstFlag) != 0;

    /// <summary>Whether only a continuation may come next.</summary>
    public bool LeavesHeadersOpen => Type is Headers or Continuation && (Flags & EndHeadersFlag) == 0;
}
