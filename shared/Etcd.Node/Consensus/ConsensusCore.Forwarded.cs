using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <remarks>
/// Followers forward their proposals and hear no more of them: of one that is refused nobody learns, and its client
/// waits until its time is over. So what arrives between two leaders, at the one that hands over or after it has,
/// is kept until there is one to take it. This member has not appended it, so nothing is proposed twice: to the proposer
/// its message only took longer.
/// Differs from etcd, which drops it.
/// </remarks>
public sealed partial class ConsensusCore
{
    // As many as a member may have waiting, and what a disk writes in a moment; a hand-over takes milliseconds.
    private const int MaxForwarded = 65_536;
    private const ulong MaxForwardedBytes = 64UL << 20;

    private readonly Queue<(Message Message, long UntilTick)> _forwarded = new();
    private ulong _forwardedBytes;

    /// <summary>Proposals of other members that wait for a leader.</summary>
    public int WaitingForwarded => _forwarded.Count;

    /// <summary>True when a proposal would not be refused for want of a leader.</summary>
    private bool CanPropose => _raft.LeaderId != RaftIds.None && !_raft.IsHandingOver;

    private bool TryKeep(Message proposal)
    {
        ulong bytes = EntrySize.Encoded(proposal.Entries.Span);
        if (_forwarded.Count >= MaxForwarded || _forwardedBytes + bytes > MaxForwardedBytes)
        {
            return false;
        }

        _forwarded.Enqueue((proposal, _ticks + _options.RequestTimeoutTicks));
        _forwardedBytes += bytes;
        return true;
    }

    private void FlushForwarded()
    {
        while (CanPropose
            && _forwarded.TryPeek(out (Message Message, long UntilTick) oldest)
            && !IsChangeTooEarly(oldest.Message))
        {
            _raft.Step(TakeForwarded());
        }
    }

    /// <summary>Whoever waited for these has been told that their time is over.</summary>
    private void EndForwarded()
    {
        while (_forwarded.TryPeek(out (Message Message, long UntilTick) oldest) && oldest.UntilTick <= _ticks)
        {
            TakeForwarded();
        }
    }

    private Message TakeForwarded()
    {
        Message proposal = _forwarded.Dequeue().Message;
        _forwardedBytes -= EntrySize.Encoded(proposal.Entries.Span);
        return proposal;
    }
}
