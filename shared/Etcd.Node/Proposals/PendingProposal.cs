using Etcd.Node.Consensus;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Proposals;

/// <summary>A proposal whose proposer waits for the answer. Thread-safe.</summary>
internal sealed class PendingProposal : Proposal
{
    private readonly TaskCompletionSource<ApplyResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CancellationTokenRegistration _cancellation;

    public PendingProposal(ulong requestId, EntryType type, ReadOnlyMemory<byte> data, long startTimestamp)
        : base(requestId, type, data) => StartTimestamp = startTimestamp;

    /// <summary>When the proposer came, in the time provider's timestamps.</summary>
    public long StartTimestamp { get; }

    /// <summary>The answer.</summary>
    public Task<ApplyResult> Completion => _completion.Task;

    /// <summary>Lets a token withdraw the proposal.</summary>
    public void CancelWith(ProposalTracker tracker, CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                (ProposalTracker owner, PendingProposal proposal) = ((ProposalTracker, PendingProposal))state!;
                owner.Cancel(proposal, token);
            },
            (tracker, this));

    /// <summary>Completes the waiter; the first call counts.</summary>
    public void Complete(in ApplyResult result)
    {
        _cancellation.Unregister();
        _completion.TrySetResult(result);
    }

    /// <summary>Ends the wait without an answer.</summary>
    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
