using System.Runtime.CompilerServices;
using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Node;

public sealed partial class MemberNode
{
    /// <summary>Hashes of keys at once: that of the corruption check and one that is asked for. More would only take
    /// the processors from other requests; further ones wait.</summary>
    internal const int MostHashes = 2;

    private readonly SemaphoreSlim _hashing = new(MostHashes);

    // Whoever asks has the core for itself, and so the count too.
    private static readonly Func<ApplyCore, long, (long Id, NodeMetrics Metrics), RenewResult> RenewLease =
        static (core, now, asked) =>
        {
            RenewResult result = core.RenewLease(asked.Id, now);
            if (result.Outcome == RenewOutcome.Renewed)
            {
                asked.Metrics.LeasesRenewedField++;
            }

            return result;
        };

    /// <summary>Renews a lease, after confirming that this member still leads and has applied everything.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public ValueTask<LeaseRenewal> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        if (AnswersAlone()
            && _apply.TryAsk((leaseId, Metrics), RenewLease, out RenewResult result)
            && result.Outcome == RenewOutcome.Renewed)
        {
            return ValueTask.FromResult(new LeaseRenewal(result.TtlSeconds, null));
        }

        return RenewConfirmedAsync(leaseId, cancellationToken);
    }

    /// <summary>What the leader knows of a lease; <see cref="EtcdErrors.NotLeader"/> when this member does not lead.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<(LeaseStatus? Status, EtcdError? Error)> LeaseTimeToLiveAsync(
        long leaseId, bool withKeys, CancellationToken cancellationToken)
    {
        if (await ConfirmLeadershipAsync(cancellationToken) is { } error)
        {
            return (null, error);
        }

        (LeaseStatus? status, EtcdError? failure) = await AskAsync(
            (leaseId, withKeys),
            static (core, now, asked) => core.LeaseTimeToLive(asked.leaseId, asked.withKeys, now),
            cancellationToken);
        return (status, failure ?? (status is null ? EtcdErrors.NotLeader : null));
    }

    /// <summary>Ids of all leases known here, by remaining time.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken)
    {
        (long[]? ids, _) = await AskAsync(0, static (core, now, _) => core.ListLeases(now), cancellationToken);
        return ids ?? [];
    }

    /// <summary>Keys attached to a lease in byte order, as of now on this member; for permission checks.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> LeaseKeysAsync(
        long leaseId, CancellationToken cancellationToken)
    {
        (IReadOnlyList<ReadOnlyMemory<byte>>? keys, _) = await AskAsync(
            leaseId, static (core, _, id) => core.LeaseKeys(id), cancellationToken);
        return keys ?? [];
    }

    /// <summary>Hash of the keys at a revision, 0 for the current one. Runs on a thread of its own: it reads the whole
    /// store, which would hold a thread of the pool, and with it other requests, for that long.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; a hash that has begun is computed to its end.
    /// </exception>
    public async ValueTask<(HashKvResult Result, EtcdError? Error)> HashKvAsync(
        long revision, CancellationToken cancellationToken)
    {
        await _hashing.WaitAsync(cancellationToken);
        Task<(HashKvResult Result, EtcdError? Error)> hash = Task.Factory.StartNew(
            () => HashKv(revision), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await hash.WaitAsync(cancellationToken);
    }

    private (HashKvResult Result, EtcdError? Error) HashKv(long revision)
    {
        try
        {
            long start = _time.GetTimestamp();
            (HashKvResult Result, EtcdError? Error) hash = View.HashKv(revision);
            Metrics.RevisionHashObserved?.Invoke(_time.GetElapsedTime(start));
            return hash;
        }
        finally
        {
            _hashing.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<LeaseRenewal> RenewConfirmedAsync(long leaseId, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            if (await ConfirmLeadershipAsync(cancellationToken) is { } error)
            {
                return new LeaseRenewal(0, error);
            }

            Task nextCommit = _committed.Next;
            (RenewResult result, EtcdError? failure) =
                await AskAsync((leaseId, Metrics), RenewLease, cancellationToken);
            if (failure is not null)
            {
                return new LeaseRenewal(0, failure);
            }

            switch (result.Outcome)
            {
                case RenewOutcome.Renewed:
                    return new LeaseRenewal(result.TtlSeconds, null);
                case RenewOutcome.NotFound:
                    return new LeaseRenewal(0, EtcdErrors.LeaseNotFound);
                case RenewOutcome.NotPrimary:
                    return new LeaseRenewal(0, EtcdErrors.NotLeader);
                case RenewOutcome.NeedsCheckpointReset:
                    await ResetCheckpointAsync(leaseId, cancellationToken);
                    break;
                default:
                    // Expired: its revocation is under way, or was lost and will be proposed again.
                    await WaitBrieflyAsync(nextCommit, cancellationToken);
                    break;
            }

            if (_time.GetElapsedTime(start) > _options.RequestTimeout)
            {
                return new LeaseRenewal(0, EtcdErrors.Timeout);
            }
        }
    }

    /// <summary>
    /// Null when this member leads, and has led at some moment after the call, with everything committed by then
    /// applied. Differs from etcd, which trusts a leader whose ticks are on time: one round of heartbeats, shared by
    /// all that wait, also rules out a leader that was cut off and has not noticed yet.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<EtcdError?> ConfirmLeadershipAsync(CancellationToken cancellationToken) =>
        !IsLeader
            ? EtcdErrors.NotLeader
            : await LinearizableReadAsync() ?? (IsLeader ? null : EtcdErrors.NotLeader);

    private async Task ResetCheckpointAsync(long leaseId, CancellationToken cancellationToken)
    {
        LeaseCheckpointRequest request = new();
        request.Checkpoints.Add(new Etcdserverpb.LeaseCheckpoint { ID = leaseId, RemainingTTL = 0 });
        ApplyResult result = await ProposeAsync(
            new InternalRaftRequest { LeaseCheckpoint = request }, cancellationToken);
        if (result.Error is not null)
        {
            LogCheckpointResetFailed(Hex((ulong)leaseId), result.Error.Message);
        }
    }

    private async Task WaitBrieflyAsync(Task signal, CancellationToken cancellationToken)
    {
        // A revocation that raft dropped is proposed again by the next lease tick, which commits something.
        Task delay = Task.Delay(TimeSpan.FromMilliseconds(Lessor.TickMilliseconds), _time, cancellationToken);
        await Task.WhenAny(signal, delay);
    }
}
