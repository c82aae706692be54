using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Etcd.Node.Consensus;
using Etcd.Node.Diagnostics;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Proposals;

/// <summary>
/// The proposals that somebody waits for: answered by request id when their entry is applied, or ended by time,
/// cancellation, refusal or stop. Thread-safe.
/// </summary>
internal sealed class ProposalTracker
{
    /// <summary>
    /// Proposals that may wait at once. 65,536: as many as the raft inbox holds; more would only wait longer for the
    /// same disk. Clients are then told `too many requests`.
    /// </summary>
    public const int MaxPending = 65_536;

    // Proposers that one work item lets go on: enough to share its price, few enough to keep other threads busy too.
    private const int ToldTogether = 32;

    private readonly ConcurrentDictionary<ulong, PendingProposal> _pending = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly NodeMetrics _metrics;
    private readonly Func<PendingProposal, EtcdError> _timeoutError;
    private int _count;
    private volatile EtcdError? _stopped;

    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long a proposal waits.</param>
    /// <param name="timeoutError">What a proposal that waited too long is told.</param>
    /// <param name="metrics">Counters.</param>
    public ProposalTracker(
        TimeProvider time, TimeSpan timeout, Func<PendingProposal, EtcdError> timeoutError, NodeMetrics metrics)
    {
        _time = time;
        _timeout = timeout;
        _timeoutError = timeoutError;
        _metrics = metrics;
    }

    /// <summary>Starts to wait for a request.</summary>
    /// <param name="requestId">Unique.</param>
    /// <param name="type">Kind of entry.</param>
    /// <param name="data">Payload.</param>
    /// <param name="error">Why not.</param>
    /// <param name="cancellationToken">Ends the wait, with the next tick: a registration would cost more than all else
    /// that is done here for a proposal.</param>
    /// <returns>Null when the node stops or too many wait.</returns>
    public PendingProposal? Register(
        ulong requestId,
        EntryType type,
        ReadOnlyMemory<byte> data,
        out EtcdError? error,
        CancellationToken cancellationToken)
    {
        error = _stopped;
        if (error is not null)
        {
            return null;
        }

        if (Interlocked.Increment(ref _count) > MaxPending)
        {
            Interlocked.Decrement(ref _count);
            error = EtcdErrors.TooManyRequests;
            return null;
        }

        PendingProposal proposal = new(requestId, type, data, _time.GetTimestamp(), cancellationToken);
        if (!_pending.TryAdd(requestId, proposal))
        {
            throw new InvalidOperationException($"request id {requestId:x} is in use");
        }

        Interlocked.Increment(ref _metrics.ProposalsPendingField);
        if (_stopped is { } stopped)
        {
            // The stop may have passed over this proposal.
            Fail(proposal, stopped);
        }

        return proposal;
    }

    /// <summary>Entries were applied and committed; nothing happens to those that nobody waits for.</summary>
    public void Applied(List<ApplyResult> results)
    {
        PendingProposal? told = null;
        int count = 0;
        foreach (ref readonly ApplyResult result in CollectionsMarshal.AsSpan(results))
        {
            if (!_pending.TryRemove(result.RequestId, out PendingProposal? proposal))
            {
                continue;
            }

            Ended(failed: false);
            proposal.End(result, told);
            told = proposal;
            if (++count == ToldTogether)
            {
                told.Tell();
                told = null;
                count = 0;
            }
        }

        told?.Tell();
    }

    /// <summary>Raft refused a proposal (etcd <c>ErrProposalDropped</c>).</summary>
    public void Dropped(Proposal proposal)
    {
        if (proposal is PendingProposal pending)
        {
            Fail(pending, EtcdErrors.Other("raft proposal dropped"));
        }
    }

    /// <summary>Ends a wait with an error.</summary>
    public void Fail(PendingProposal proposal, EtcdError error)
    {
        if (TryTake(proposal))
        {
            proposal.End(new ApplyResult(proposal.RequestId, null, error), previous: null);
            proposal.Tell();
        }
    }

    /// <summary>Ends the waits whose time is over or whose proposer went away. Called with every tick, by one thread
    /// at a time.</summary>
    public void EndOverdue()
    {
        // No queue in the order of deadlines: it would keep what ended since the last tick alive through a collection.
        foreach ((_, PendingProposal proposal) in _pending)
        {
            if (_time.GetElapsedTime(proposal.StartTimestamp) >= _timeout)
            {
                Fail(proposal, _timeoutError(proposal));
            }
            else if (proposal.IsAbandoned && TryTake(proposal))
            {
                proposal.EndCancelled();
                proposal.Tell();
            }
        }
    }

    /// <summary>Ends all waits, later ones too.</summary>
    public void Stop(EtcdError error)
    {
        _stopped = error;
        foreach ((_, PendingProposal proposal) in _pending)
        {
            Fail(proposal, error);
        }
    }

    /// <summary>Takes the right to end a wait that did not succeed.</summary>
    private bool TryTake(PendingProposal proposal)
    {
        proposal.Withdraw();
        bool taken = _pending.TryRemove(proposal.RequestId, out _);
        if (taken)
        {
            Ended(failed: true);
        }

        return taken;
    }

    private void Ended(bool failed)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Decrement(ref _metrics.ProposalsPendingField);
        if (failed)
        {
            Interlocked.Increment(ref _metrics.ProposalsFailedField);
        }
    }
}
