using Etcd.Node.Peers;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Google.Protobuf;

namespace Etcd.Node;

/// <remarks>Member changes with the checks of <c>--strict-reconfig-check</c> (api.md §8).</remarks>
public sealed partial class MemberNode
{
    // Etcd's HealthInterval: how long a connection must have held to count in the checks.
    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(5);

    /// <summary>Adds a member; checks as <c>--strict-reconfig-check</c> says. The URLs are valid already.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may still be applied.</exception>
    public async ValueTask<MemberChangeResult> AddMemberAsync(
        IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellationToken)
    {
        string[] sorted = [.. peerUrls.Order(StringComparer.Ordinal)];
        ClusterMember member = new(
            ClusterIds.AddedMemberId(sorted, _time.GetUtcNow().ToUnixTimeSeconds()),
            string.Empty,
            sorted,
            [],
            isLearner);
        if (CheckAdd(isLearner) is { } refused)
        {
            LogMemberChangeRefused("add", Hex(MemberId), Hex(member.Id), refused.Message);
            return new MemberChangeResult(null, null, refused);
        }

        MemberChangeResult result = await ChangeAsync(
            id => MembershipRequests.Add(id, member), cancellationToken);
        return result.Error is null ? result with { Member = Membership.Find(member.Id) ?? member } : result;
    }

    /// <summary>Removes a member.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may still be applied.</exception>
    public async ValueTask<MemberChangeResult> RemoveMemberAsync(ulong memberId, CancellationToken cancellationToken)
    {
        if (CheckRemove(memberId) is { } refused)
        {
            LogMemberChangeRefused("remove", Hex(MemberId), Hex(memberId), refused.Message);
            return new MemberChangeResult(null, null, refused);
        }

        return await ChangeAsync(id => MembershipRequests.Remove(id, memberId), cancellationToken);
    }

    /// <summary>Replaces a member's peer URLs.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may still be applied.</exception>
    public async ValueTask<MemberChangeResult> UpdateMemberAsync(
        ulong memberId, IReadOnlyList<string> peerUrls, CancellationToken cancellationToken) =>
        await ChangeAsync(id => MembershipRequests.Update(id, memberId, peerUrls), cancellationToken);

    /// <summary>Gives a learner its vote. Only on the leader, else <see cref="EtcdErrors.NotLeader"/>: the caller
    /// forwards it.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may still be applied.</exception>
    public async ValueTask<MemberChangeResult> PromoteMemberAsync(ulong memberId, CancellationToken cancellationToken)
    {
        EtcdError? refused = await CheckPromoteAsync(memberId, cancellationToken);
        if (refused is not null)
        {
            LogMemberChangeRefused("promote", Hex(MemberId), Hex(memberId), refused.Message);
            return new MemberChangeResult(null, null, refused);
        }

        return await ChangeAsync(id => MembershipRequests.Promote(id, memberId), cancellationToken);
    }

    private async Task<MemberChangeResult> ChangeAsync(
        Func<ulong, Raftpb.ConfChange> change, CancellationToken cancellationToken)
    {
        ulong id = _requestIds.Next();
        Raftpb.ConfChange proposed = change(id);
        ApplyResult result = await ProposeEncoded(
            id, EntryType.ConfChange, proposed.ToByteArray(), cancellationToken);
        if (result.Error is not null)
        {
            return new MemberChangeResult(null, null, result.Error);
        }

        LogMemberChanged(Hex(MemberId), proposed.Type, Hex(proposed.NodeId));
        return new MemberChangeResult(Membership.Members, null, null);
    }

    private EtcdError? CheckAdd(bool isLearner)
    {
        if (!_options.StrictReconfigCheck)
        {
            return null;
        }

        ClusterMembership members = Membership;
        if (!isLearner && !members.IsReadyToAddVoter())
        {
            return EtcdErrors.NotEnoughStartedMembers;
        }

        // The new member counts as unreachable; a cluster of one may grow all the same.
        int voters = members.VoterCount;
        bool healthy = voters <= 1 || HealthyVoters() >= ((voters + 1) / 2) + 1;
        return healthy ? null : EtcdErrors.Unhealthy;
    }

    private EtcdError? CheckRemove(ulong memberId)
    {
        ClusterMembership members = Membership;
        if (!_options.StrictReconfigCheck || members.Find(memberId) is { IsLearner: true })
        {
            return null;
        }

        if (!members.IsReadyToRemoveVoter(memberId))
        {
            return EtcdErrors.NotEnoughStartedMembers;
        }

        if (memberId != MemberId && _transport.ActiveSince(memberId) is null)
        {
            // A member that is down anyway takes nobody's quorum with it.
            return null;
        }

        return HealthyVoters() - 1 >= 1 + ((members.VoterCount - 1) / 2) ? null : EtcdErrors.Unhealthy;
    }

    private async Task<EtcdError?> CheckPromoteAsync(ulong memberId, CancellationToken cancellationToken)
    {
        if (await ConfirmLeadershipAsync(cancellationToken) is { } error)
        {
            return error;
        }

        RaftStatus status = await RaftStatusAsync(cancellationToken);
        if (status.Role != RaftRole.Leader)
        {
            return EtcdErrors.NotLeader;
        }

        ulong leaderMatch = 0;
        PeerProgress? learner = null;
        foreach (PeerProgress progress in status.Progress)
        {
            leaderMatch = progress.Id == MemberId ? progress.Match : leaderMatch;
            learner = progress.Id == memberId ? progress : learner;
        }

        // A member that is unknown or has a vote is refused when the change is applied, with its own error.
        if (learner is { IsLearner: true } found && found.Match < leaderMatch * 0.9)
        {
            return EtcdErrors.LearnerNotReady;
        }

        return _options.StrictReconfigCheck && !Membership.IsReadyToPromote()
            ? EtcdErrors.NotEnoughStartedMembers
            : null;
    }

    /// <summary>Voters that have been connected for the health interval, this member included.</summary>
    private int HealthyVoters()
    {
        long now = _time.GetTimestamp();
        int healthy = 0;
        foreach (ClusterMember member in Membership.Members)
        {
            bool counts = member.Id == MemberId
                || (_transport.ActiveSince(member.Id) is { } since
                    && _time.GetElapsedTime(since, now) >= HealthInterval);
            healthy += !member.IsLearner && counts ? 1 : 0;
        }

        return healthy;
    }
}
