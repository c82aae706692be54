using System.Runtime.InteropServices;
using Etcd.Raft;

namespace Etcd.Node.Consensus;

public sealed partial class ConsensusCore
{
    /// <summary>
    /// Hands waiting proposals to raft, many in one message. Without a leader they stay (etcd blocks in
    /// <c>node.Propose</c> then), and while this one hands over; what raft refuses otherwise is dropped for good, as
    /// etcd's <c>ErrProposalDropped</c> is. Differs from etcd, which drops them during a hand-over too.
    /// </summary>
    private void FlushProposals()
    {
        while (_proposals.Count > 0)
        {
            if (!CanPropose)
            {
                DropFencedOnly();
                return;
            }

            TakeBatch(_raft.IsLeader);
            if (_batch.Count == 0)
            {
                continue;
            }

            StepResult result = _raft.ProposeBatch(EntryList.Create(CollectionsMarshal.AsSpan(_batch)));
            if (result != StepResult.Accepted)
            {
                foreach (Proposal proposal in _batchProposals)
                {
                    Drop(proposal);
                }
            }
        }
    }

    private void TakeBatch(bool leads)
    {
        _batch.Clear();
        _batchProposals.Clear();
        int bytes = 0;
        ulong term = _raft.Term;
        while (_proposals.TryPeek(out Proposal? next))
        {
            // A leader appends in place, whatever the size; only a forwarded message travels.
            if (!leads && _batch.Count > 0 && bytes + next.Data.Length > _options.MaxProposalMessageBytes)
            {
                return;
            }

            _proposals.Dequeue();
            if (next.OnlyInTerm != 0 && (!leads || next.OnlyInTerm != term))
            {
                Drop(next);
                continue;
            }

            if (!next.TryAccept())
            {
                continue;
            }

            bytes += next.Data.Length;
            _batch.Add(new Entry(next.Type, 0, 0, next.Data));
            _batchProposals.Add(next);
        }
    }

    /// <summary>Nobody leads here, or will for long, so what only this member's leadership may propose is void.
    /// </summary>
    private void DropFencedOnly()
    {
        int count = _proposals.Count;
        for (int i = 0; i < count; i++)
        {
            Proposal proposal = _proposals.Dequeue();
            if (proposal.OnlyInTerm != 0)
            {
                Drop(proposal);
            }
            else if (proposal.State == ProposalState.Waiting)
            {
                _proposals.Enqueue(proposal);
            }
        }
    }

    private void Drop(Proposal proposal)
    {
        proposal.State = ProposalState.Dropped;
        _dropped.Add(proposal);
    }
}
