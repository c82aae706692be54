using Etcd.StateMachine.Leases;
using Etcdserverpb;
using Google.Protobuf;
using LeaseCheckpoint = Etcd.StateMachine.Leases.LeaseCheckpoint;

namespace Etcd.Node.Apply;

/// <remarks>
/// A revocation is proposed only by the leader that found the lease expired, in the term in which it did: the raft
/// loop drops a <see cref="FencedProposal"/> of another term, so that a deposed leader's verdict is never forwarded to
/// its successor, who counts the lease from its own election.
/// </remarks>
public sealed partial class ApplyCore
{
    private readonly List<long> _expired = [];
    private readonly List<LeaseCheckpoint> _checkpoints = [];

    /// <summary>True while this member leads and counts the leases.</summary>
    public bool CountsLeases => _lessor.IsPrimary;

    /// <summary>Tells who leads; leases are promoted only once the term's first entry is applied.</summary>
    /// <param name="term">Current term.</param>
    /// <param name="leads">True when this member leads it.</param>
    public void SetLeadership(ulong term, bool leads)
    {
        ulong leaderTerm = leads ? term : 0;
        if (leaderTerm == _leaderTerm)
        {
            return;
        }

        _leaderTerm = leaderTerm;
        _revocations.Clear();
        if (_lessor.IsPrimary)
        {
            _lessor.Demote();
        }
    }

    /// <summary>Collects what is due every <see cref="Lessor.TickMilliseconds"/>: revocations and checkpoints.
    /// </summary>
    public void TickLeases(long nowMilliseconds, List<FencedProposal> proposals)
    {
        if (!_lessor.IsPrimary)
        {
            return;
        }

        _expired.Clear();
        _lessor.CollectExpired(nowMilliseconds, _expired);
        foreach (long leaseId in _expired)
        {
            FencedProposal proposal = Fence(new InternalRaftRequest { LeaseRevoke = new() { ID = leaseId } });
            _revocations.Add(proposal.RequestId);
            proposals.Add(proposal);
        }

        _checkpoints.Clear();
        if (_lessor.CollectCheckpoints(nowMilliseconds, _checkpoints) > 0)
        {
            LeaseCheckpointRequest request = new();
            foreach (LeaseCheckpoint checkpoint in _checkpoints)
            {
                request.Checkpoints.Add(new Etcdserverpb.LeaseCheckpoint
                {
                    ID = checkpoint.LeaseId,
                    RemainingTTL = checkpoint.RemainingSeconds,
                });
            }

            proposals.Add(Fence(new InternalRaftRequest { LeaseCheckpoint = request }));
        }
    }

    /// <summary>Gives a lease its full time again. Leadership was confirmed and everything committed before that is
    /// applied.</summary>
    public RenewResult RenewLease(long leaseId, long nowMilliseconds) => _lessor.Renew(leaseId, nowMilliseconds);

    /// <summary>The remaining time of a lease; null when this member does not count leases.</summary>
    public LeaseStatus? LeaseTimeToLive(long leaseId, bool withKeys, long nowMilliseconds)
    {
        if (_lessor.TimeToLive(leaseId, nowMilliseconds) is not { } time)
        {
            return null;
        }

        IReadOnlyList<ReadOnlyMemory<byte>> keys = withKeys && time != LeaseTime.Gone ? LeaseKeys(leaseId) : [];
        return new LeaseStatus(leaseId, time.TtlSeconds, time.GrantedTtlSeconds, keys);
    }

    /// <summary>Keys attached to a lease, in byte order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> LeaseKeys(long leaseId) =>
        Array.ConvertAll(_state.Leases.SortedKeys(leaseId), static key => new ReadOnlyMemory<byte>(key));

    /// <summary>Ids of all leases, by remaining time where this member counts them.</summary>
    public long[] ListLeases(long nowMilliseconds) => _lessor.ListByRemaining(nowMilliseconds);

    private FencedProposal Fence(InternalRaftRequest request)
    {
        ulong id = _requestIds.Next();
        request.Header = new RequestHeader { ID = id };
        return new FencedProposal(_leaderTerm, id, request.ToByteArray());
    }
}
