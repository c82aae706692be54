using Etcd.Raft;

namespace Etcd.Node.Peers;

/// <summary>What a peer transport tells the node. Thread-safe, non-blocking.</summary>
public interface IPeerEvents
{
    /// <summary>
    /// Hands over a message of another member. Dropped when the raft inbox is full, as a lossy wire would.
    /// </summary>
    /// <param name="message">Immutable from now on.</param>
    /// <returns>Accepted, or why not (etcd <c>EtcdServer.Process</c>): a removed sender and another addressee
    /// are answered with HTTP 403 at the peer port.</returns>
    ReceiveResult Receive(Message message);

    /// <summary>True while a state that was received is not installed yet: the next one had better wait where it is.
    /// </summary>
    bool IsRestoring { get; }

    /// <summary>The last message to a member could not be delivered (raft <c>ReportUnreachable</c>).</summary>
    void ReportUnreachable(ulong memberId);

    /// <summary>A snapshot was sent in full, or failed (raft <c>ReportSnapshot</c>).</summary>
    void ReportSnapshot(ulong memberId, bool succeeded);
}
