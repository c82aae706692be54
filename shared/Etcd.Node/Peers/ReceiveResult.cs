namespace Etcd.Node.Peers;

/// <summary>What became of a received message.</summary>
public enum ReceiveResult
{
    /// <summary>In the raft inbox.</summary>
    Accepted,

    /// <summary>The raft inbox is full, or the node stops: dropped.</summary>
    Dropped,

    /// <summary>The sender was removed from the cluster.</summary>
    SenderRemoved,

    /// <summary>The message is for another member.</summary>
    WrongMember,
}
