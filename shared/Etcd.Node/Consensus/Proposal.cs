using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <summary>
/// One payload on its way into the log. Written by the raft loop after it was handed over, read by any thread.
/// </summary>
public class Proposal
{
    private volatile int _state;

    /// <param name="requestId">By which the applied entry is matched to its waiter; 0 when nobody waits.</param>
    /// <param name="type">Kind of entry.</param>
    /// <param name="data">Encoded <c>InternalRaftRequest</c> or <c>raftpb.ConfChange</c>; immutable from now on.
    /// </param>
    public Proposal(ulong requestId, EntryType type, ReadOnlyMemory<byte> data)
    {
        RequestId = requestId;
        Type = type;
        Data = data;
    }

    /// <summary>By which the applied entry is matched to its waiter; 0 when nobody waits.</summary>
    public ulong RequestId { get; }

    /// <summary>Kind of entry.</summary>
    public EntryType Type { get; }

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>When not 0, the proposal is made only by the leader of exactly this term, and dropped otherwise.
    /// </summary>
    public ulong OnlyInTerm { get; init; }

    /// <summary>How far it came.</summary>
    public ProposalState State
    {
        get => (ProposalState)_state;
        internal set => _state = (int)value;
    }

    /// <summary>Withdraws a proposal that raft has not taken yet; too late otherwise.</summary>
    public void Withdraw() =>
        Interlocked.CompareExchange(ref _state, (int)ProposalState.Withdrawn, (int)ProposalState.Waiting);

    /// <summary>Claims the proposal for raft; false when it was withdrawn meanwhile.</summary>
    internal bool TryAccept() =>
        Interlocked.CompareExchange(ref _state, (int)ProposalState.Accepted, (int)ProposalState.Waiting)
        == (int)ProposalState.Waiting;
}
