using System.Collections.Concurrent;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Node.Tests.Cluster;

/// <summary>Wires between members of one process, which a test can cut. Thread-safe.</summary>
internal sealed class MemoryNetwork
{
    private readonly ConcurrentDictionary<ulong, IPeerEvents> _members = new();
    private readonly ConcurrentDictionary<ulong, bool> _isolated = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();

    /// <summary>Messages that the predicate accepts are lost.</summary>
    public Func<Message, bool>? Drop { get; set; }

    public IPeerTransport TransportOf(ulong memberId) => new Transport(this, memberId);

    /// <summary>Cuts a member off from all others.</summary>
    public void Isolate(ulong memberId) => _isolated[memberId] = true;

    /// <summary>Undoes <see cref="Isolate"/>.</summary>
    public void Rejoin(ulong memberId) => _isolated.TryRemove(memberId, out _);

    public void Remove(ulong memberId) => _members.TryRemove(memberId, out _);

    public IPeerEvents? Find(ulong memberId) => _members.GetValueOrDefault(memberId);

    /// <summary>Carries one message through the codec, as on a wire; false when it is lost.</summary>
    public bool Deliver(Message message)
    {
        if (!IsConnected(message.From, message.To)
            || Drop?.Invoke(message) == true
            || !_members.TryGetValue(message.To, out IPeerEvents? receiver))
        {
            return false;
        }

        Assert.True(RaftMessageCodec.TryDecode(RaftMessageCodec.Encode(message), out Message decoded));
        return receiver.Receive(decoded) == ReceiveResult.Accepted;
    }

    private bool IsConnected(ulong from, ulong to) =>
        _members.ContainsKey(to) && !_isolated.ContainsKey(from) && !_isolated.ContainsKey(to);

    private sealed class Transport(MemoryNetwork network, ulong memberId) : IPeerTransport
    {
        private volatile HashSet<ulong> _peers = [];

        public void Start(IPeerEvents events) => network._members[memberId] = events;

        public void Send(Message message)
        {
            if (_peers.Contains(message.To))
            {
                network.Deliver(message);
            }
        }

        public void SetPeers(IReadOnlyList<PeerAddress> peers) => _peers = [.. peers.Select(peer => peer.Id)];

        public long? ActiveSince(ulong otherId) =>
            network.IsConnected(memberId, otherId) ? network._start : null;
    }
}
