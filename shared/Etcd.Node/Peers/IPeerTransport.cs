using Etcd.Raft;

namespace Etcd.Node.Peers;

/// <summary>
/// The wire to the other members. Every method may be called from any of the node's threads and must return
/// without waiting for the network.
/// </summary>
public interface IPeerTransport
{
    /// <summary>Called once, before any other method: where received messages and failures are reported.</summary>
    void Start(IPeerEvents events);

    /// <summary>
    /// Sends a message to the member <see cref="Message.To"/>, or drops it: raft repeats what matters.
    /// Messages of one kind to one member must not overtake each other needlessly, but may.
    /// The message and its entries are immutable from now on and may be encoded later, on any thread.
    /// </summary>
    void Send(Message message);

    /// <summary>
    /// Replaces the set of members to talk to (without this one). Called at start and after every applied
    /// member change; a removed member gets no further message.
    /// </summary>
    void SetPeers(IReadOnlyList<PeerAddress> peers);

    /// <summary>When the current unbroken connection to a member began, in the time provider's timestamps
    /// (<see cref="TimeProvider.GetTimestamp"/>); null while it is not connected (etcd <c>ActiveSince</c>).</summary>
    long? ActiveSince(ulong memberId);
}
