using Etcd.Node.Consensus;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Proposals;

/// <summary>
/// A proposal whose proposer waits for the answer. Ended once, by the <see cref="ProposalTracker"/>; the proposer goes
/// on as a work item of the thread pool, in which many that ended together follow one another. Thread-safe.
/// </summary>
internal sealed class PendingProposal : Proposal, IThreadPoolWorkItem
{
    // Without RunContinuationsAsynchronously: the answer is set on a pool thread, never on a loop's.
    private readonly TaskCompletionSource<ApplyResult> _completion = new();
    private readonly CancellationToken _cancellationToken;
    private ApplyResult _result;
    private bool _isCancelled;
    private PendingProposal? _next;

    public PendingProposal(
        ulong requestId,
        EntryType type,
        ReadOnlyMemory<byte> data,
        long startTimestamp,
        CancellationToken cancellationToken)
        : base(requestId, type, data)
    {
        StartTimestamp = startTimestamp;
        _cancellationToken = cancellationToken;
    }

    /// <summary>When the proposer came, in the time provider's timestamps.</summary>
    public long StartTimestamp { get; }

    /// <summary>The answer.</summary>
    public Task<ApplyResult> Completion => _completion.Task;

    /// <summary>Whether the proposer went away.</summary>
    public bool IsAbandoned => _cancellationToken.IsCancellationRequested;

    /// <summary>Sets the answer without telling anybody. Called once, by whoever took the proposal from the tracker.
    /// </summary>
    /// <param name="result">The answer.</param>
    /// <param name="previous">A proposal that ended just before, to be told in the same work item; or null.</param>
    public void End(in ApplyResult result, PendingProposal? previous)
    {
        _result = result;
        _next = previous;
    }

    /// <summary>As <see cref="End"/>, for a proposer that went away.</summary>
    public void EndCancelled() => _isCancelled = true;

    /// <summary>Lets this proposer, and those that ended with it, go on.</summary>
    public void Tell() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        for (PendingProposal? ended = this; ended is not null;)
        {
            PendingProposal? next = ended._next;
            ended._next = null;
            if (ended._isCancelled)
            {
                ended._completion.TrySetCanceled(ended._cancellationToken);
            }
            else
            {
                ended._completion.TrySetResult(ended._result);
            }

            ended = next;
        }
    }
}
