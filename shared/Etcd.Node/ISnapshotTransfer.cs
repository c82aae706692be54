using Etcd.Ports.Engine;
using Etcd.Raft;

namespace Etcd.Node;

/// <summary>
/// Moves whole states between members when a follower is too far behind the log. Implemented by the host with
/// etcd's database file; the node decides when.
/// </summary>
public interface ISnapshotTransfer
{
    /// <summary>
    /// Starts to send a state to <c>message.To</c> in the background, then reports the outcome with
    /// <see cref="Peers.IPeerEvents.ReportSnapshot"/>. Called by the apply loop: must return at once.
    /// </summary>
    /// <param name="message">The MsgSnap, its metadata set to the state's index, term and configuration.</param>
    /// <param name="state">The state; owned by the receiver of the call, who disposes it.</param>
    void Send(Message message, IKvSnapshot state);

    /// <summary>
    /// Replaces the engine's whole content by a received state, durable on return. Blocks the apply loop: nothing
    /// can be applied meanwhile anyway.
    /// </summary>
    /// <param name="snapshot">Metadata of the received MsgSnap; the state was stored by the host when it received
    /// it, under this index.</param>
    /// <param name="current">The engine in use; readers may still hold it, so it must stay readable until the
    /// returned one replaces it.</param>
    /// <returns>The engine to use from now on; may be <paramref name="current"/> itself.</returns>
    IKvEngine Install(Snapshot snapshot, IKvEngine current);
}
