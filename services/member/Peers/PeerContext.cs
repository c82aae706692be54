using Etcd.Member.Metrics;
using Etcd.Node.Peers;

namespace Etcd.Member.Peers;

/// <summary>What all parts of the peer wire share. Immutable; its members are thread-safe.</summary>
/// <param name="Options">Ids and times.</param>
/// <param name="Client">For all outgoing requests.</param>
/// <param name="Metrics">Series.</param>
/// <param name="Time">All time that the wire knows.</param>
/// <param name="Loggers">Loggers.</param>
/// <param name="Events">Where messages and failures go.</param>
/// <param name="LocalMemberRemoved">Called when a peer says that this member was removed from the cluster.</param>
internal sealed record PeerContext(
    PeerTransportOptions Options,
    HttpClient Client,
    PeerMetrics Metrics,
    TimeProvider Time,
    ILoggerFactory Loggers,
    IPeerEvents Events,
    Action LocalMemberRemoved);
