using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Member.Tests.Grpc;

/// <summary>The wire of a cluster of one.</summary>
internal sealed class LonelyTransport : IPeerTransport
{
    public void Start(IPeerEvents events)
    {
    }

    public void Send(Message message)
    {
    }

    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
    }

    public long? ActiveSince(ulong memberId) => null;
}
