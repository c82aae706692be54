using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <remarks>
/// A leader takes one membership change at a time. In place of one that comes before the last is applied, or before
/// what it found in its log at its election is, raft appends an empty entry: nobody learns of that, and the proposer
/// waits until its time is over. It happens to changes that come together, and to one right after another, because its
/// proposer is told of the first before raft is. So changes wait here for their turn; those of other members are kept.
/// Differs from etcd, which lets them time out.
/// </remarks>
public sealed partial class ConsensusCore
{
    private readonly Queue<Proposal> _changes = new();

    private void FlushChanges()
    {
        while (CanPropose && !_raft.RefusesConfChanges && _changes.TryDequeue(out Proposal? change))
        {
            if (change.TryAccept()
                && _raft.ProposeConfChange(change.Type, change.Data) != StepResult.Accepted)
            {
                Drop(change);
            }
        }
    }

    /// <summary>Forgets changes whose proposers went away while nothing could take them.</summary>
    private void EndWithdrawnChanges()
    {
        while (_changes.TryPeek(out Proposal? oldest) && oldest.State == ProposalState.Withdrawn)
        {
            _changes.Dequeue();
        }
    }

    private bool IsChangeTooEarly(Message message)
    {
        if (message.Type != MessageType.Proposal || !_raft.RefusesConfChanges)
        {
            return false;
        }

        foreach (ref readonly Entry entry in message.Entries.Span)
        {
            if (entry.Type != EntryType.Normal)
            {
                return true;
            }
        }

        return false;
    }
}
