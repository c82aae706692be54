namespace Etcd.Member.Peers.Wire;

/// <summary>The two long-lived streams from each member to each other.</summary>
internal enum PeerStreamKind
{
    /// <summary>Any message.</summary>
    Message,

    /// <summary>Appends of the leader, in a form that leaves out what follows from the one before.</summary>
    Append,
}
