namespace Etcd.Member.Peers;

/// <summary>What the wire to the other members needs to know. Immutable.</summary>
internal sealed record PeerTransportOptions
{
    /// <summary>This member; 0 until its log told.</summary>
    public ulong LocalId { get; init; }

    /// <summary>Its cluster; peers of another one are refused. 0 until its log told.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Peer URLs of this member, told to peers that do not know it yet.</summary>
    public required IReadOnlyList<string> LocalPeerUrls { get; init; }

    /// <summary>Time to connect.</summary>
    public required TimeSpan DialTimeout { get; init; }

    /// <summary>Silence after which a stream counts as dead; its writer sends something at a third of that.</summary>
    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>Longest time a write may wait for a slow peer.</summary>
    public required TimeSpan WriteTimeout { get; init; }

    /// <summary>Time between probes; shorter than <see cref="ReadTimeout"/>, as etcd has it.</summary>
    public TimeSpan ProbeInterval => ReadTimeout - TimeSpan.FromSeconds(1);
}
