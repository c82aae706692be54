using Etcd.Node.Loops;
using Etcd.Node.Proposals;
using Etcd.Node.Reads;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node;

public sealed partial class MemberNode
{
    private static readonly Task<EtcdError?> _readable = Task.FromResult<EtcdError?>(null);

    /// <summary>
    /// Proposes a request and waits until it is applied here. Sets <c>header.ID</c> (keeping the user name and
    /// revision that the caller put into the header) and picks a lease id for a grant without one.
    /// </summary>
    /// <returns>The answer, or an error that says whether the request may still be applied (api.md §2, §13).</returns>
    /// <exception cref="OperationCanceledException">The caller gave up; the request may still be applied.</exception>
    public Task<ApplyResult> ProposeAsync(InternalRaftRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (RefuseByBacklog(endsLease: request.LeaseRevoke is not null) is { } refused)
        {
            return refused;
        }

        ulong id = _requestIds.Next();
        request.Header ??= new RequestHeader();
        request.Header.ID = id;
        if (request.LeaseGrant is { ID: 0 } grant)
        {
            grant.ID = NewLeaseId();
        }

        Task<ApplyResult> applied = ProposeEncoded(id, EntryType.Normal, request.ToByteArray(), cancellationToken);
        return request.Compaction is { Physical: true } ? AfterSweepAsync(applied, cancellationToken) : applied;
    }

    /// <summary>As the first form, for a put, encoded without its envelope's many fields.</summary>
    public Task<ApplyResult> ProposeAsync(PutRequest put, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(put);
        if (RefuseByBacklog(endsLease: false) is { } refused)
        {
            return refused;
        }

        ulong id = _requestIds.Next();
        return ProposeEncoded(id, EntryType.Normal, RequestEntryCodec.Encode(id, put), cancellationToken);
    }

    /// <summary>As the first form, for a transaction, encoded without its envelope's many fields.</summary>
    public Task<ApplyResult> ProposeAsync(TxnRequest txn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(txn);
        if (RefuseByBacklog(endsLease: false) is { } refused)
        {
            return refused;
        }

        ulong id = _requestIds.Next();
        return ProposeEncoded(id, EntryType.Normal, RequestEntryCodec.Encode(id, txn), cancellationToken);
    }

    /// <summary>
    /// Completes when <see cref="View"/> includes everything that was acknowledged anywhere in the cluster before the
    /// call: read the view afterwards. Null on success. It ends within the time-out of requests, so a caller that
    /// goes away need not end it.
    /// </summary>
    public Task<EtcdError?> LinearizableReadAsync()
    {
        if (AnswersAlone())
        {
            return _readable;
        }

        Task<EtcdError?> completion = _reads.Join(out ReadRound? opened);
        if (opened is not null && !_raft.Post(new RaftInput(RaftInputKind.ReadWanted, null, 0)))
        {
            _reads.Complete(opened, EtcdErrors.Stopped);
        }

        return completion;
    }

    /// <summary>
    /// True when nobody but this member can have acknowledged anything: it leads and has no other member. What it
    /// acknowledged itself was visible before, once an entry of its term, and so all of earlier terms, is applied.
    /// Another member must be added, and this one's vote be asked, before another one could lead; and the status
    /// read here is set before the message that tells anybody of either leaves.
    /// </summary>
    private bool AnswersAlone() =>
        Raft is { IsLeader: true, IsAlone: true } raft && _published.AppliedTerm == raft.Term && _stopping == 0;

    private Task<ApplyResult>? RefuseByBacklog(bool endsLease) =>
        ApplyBacklog.Refuses(endsLease, CommittedIndex, AppliedIndex)
            ? Task.FromResult(new ApplyResult(0, null, EtcdErrors.TooManyRequests))
            : null;

    private long NewLeaseId()
    {
        long id;
        do
        {
            id = (long)(_requestIds.Next() & long.MaxValue);
        }
        while (id == 0);
        return id;
    }

    private Task<ApplyResult> ProposeEncoded(
        ulong id, EntryType type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (data.Length > _options.MaxRequestBytes)
        {
            return Task.FromResult(new ApplyResult(id, null, EtcdErrors.RequestTooLarge));
        }

        PendingProposal? proposal = _proposals.Register(id, type, data, out EtcdError? error, cancellationToken);
        if (proposal is null)
        {
            return Task.FromResult(new ApplyResult(id, null, error));
        }

        if (!_raft.TryPropose(proposal))
        {
            _proposals.Fail(proposal, _stopping == 0 ? EtcdErrors.TooManyRequests : EtcdErrors.Stopped);
        }

        return proposal.Completion;
    }

    /// <summary>A physical compaction answers when the rows are gone on this member.</summary>
    private async Task<ApplyResult> AfterSweepAsync(Task<ApplyResult> applied, CancellationToken cancellationToken)
    {
        ApplyResult result = await applied;
        if (result.Sweep is not { IsFinished: false } sweep)
        {
            return result;
        }

        SweepWait wait = new(
            sweep, new TaskCompletionSource<EtcdError?>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_apply.Post(new ApplyInput(ApplyInputKind.WaitSweep, wait, 0, false)))
        {
            wait.Done.TrySetResult(EtcdErrors.Stopped);
        }

        EtcdError? error = await wait.Done.Task.WaitAsync(cancellationToken);
        return error is null ? result : result with { Response = null, Error = error };
    }

    /// <summary>
    /// What a proposal is told whose time is over (etcd <c>parseProposeCtxErr</c>): one that raft never took reports
    /// the deadline itself; one that may still be applied says what probably delays it.
    /// </summary>
    private EtcdError TimeoutErrorOf(PendingProposal proposal)
    {
        if (proposal.State == Consensus.ProposalState.Waiting)
        {
            return EtcdErrors.ContextDeadlineExceeded;
        }

        long elected = Volatile.Read(ref _leaderSinceTimestamp);
        TimeSpan lossWindow = TimeSpan.FromMilliseconds(2 * _options.ElectionMilliseconds);
        if (elected > proposal.StartTimestamp
            && _time.GetElapsedTime(proposal.StartTimestamp, elected) < lossWindow)
        {
            return EtcdErrors.TimeoutDueToLeaderFail;
        }

        ulong leaderId = LeaderId;
        if (leaderId == RaftIds.None)
        {
            return EtcdErrors.Timeout;
        }

        bool connected = leaderId == MemberId
            ? ConnectedVotersSince(proposal.StartTimestamp) >= (Membership.Members.Count / 2) + 1
            : IsConnectedSince(leaderId, proposal.StartTimestamp);
        return connected ? EtcdErrors.Timeout : EtcdErrors.TimeoutDueToConnectionLost;
    }

    private bool IsConnectedSince(ulong memberId, long timestamp) =>
        _transport.ActiveSince(memberId) is { } since && since < timestamp;

    private int ConnectedVotersSince(long timestamp) => Membership.Members.Count(
        member => member.Id == MemberId || (!member.IsLearner && IsConnectedSince(member.Id, timestamp)));
}
