using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The replicated membership: who belongs to the cluster, who did once, and the cluster version. Owned by the apply
/// loop; <see cref="Published"/> alone may be read by any thread. Changes go into the caller's batch, so they become
/// durable together with the applied index.
/// </summary>
/// <remarks>
/// Every member must reach the same verdict on every entry, or the members would run different configurations.
/// So validation looks at replicated state only and repeats etcd's checks in etcd's order
/// (<c>RaftCluster.ValidateConfigurationChange</c>). Differs from etcd: an entry that cannot be decoded is refused
/// instead of stopping the process, because it would stop every member at every start.
/// </remarks>
public sealed partial class MembershipState
{
    /// <summary>Learners that etcd 3.5 allows at a time.</summary>
    public const int DefaultMaxLearners = 1;

    private readonly Dictionary<ulong, ClusterMember> _members = [];
    private readonly HashSet<ulong> _removed = [];
    private readonly int _maxLearners;
    private ClusterVersion? _version;
    private DowngradeState _downgrade = DowngradeState.None;
    private ClusterMembership? _current;
    private volatile ClusterMembership _published = ClusterMembership.Empty;

    private MembershipState(int maxLearners) => _maxLearners = maxLearners;

    /// <summary>The membership with everything applied so far; for the owner only.</summary>
    public ClusterMembership Current => _current ??= new(_members.Values, _removed, _version, _downgrade);

    /// <summary>The membership at the last <see cref="Publish"/>. Thread-safe.</summary>
    public ClusterMembership Published => _published;

    /// <summary>Shows <see cref="Current"/> to readers; called when the batch with the changes is written.</summary>
    public void Publish() => _published = Current;

    /// <summary>Checks a conf change against the present members without changing anything.</summary>
    /// <returns>Null when it may be applied; else the error that the proposer's client gets.</returns>
    public EtcdError? Validate(Raftpb.ConfChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ulong id = change.NodeId;
        if (_removed.Contains(id))
        {
            return EtcdErrors.MemberNotFound;
        }

        switch (change.Type)
        {
            case Raftpb.ConfChangeType.ConfChangeAddNode:
            case Raftpb.ConfChangeType.ConfChangeAddLearnerNode:
                return !TryReadContext(change, out MemberJson.Fields added) ? Malformed()
                    : added.IsPromote ? ValidatePromotion(id)
                    : ValidateAddition(id, added);
            case Raftpb.ConfChangeType.ConfChangeRemoveNode:
                return _members.ContainsKey(id) ? null : EtcdErrors.MemberNotFound;
            case Raftpb.ConfChangeType.ConfChangeUpdateNode:
                return !_members.ContainsKey(id) ? EtcdErrors.MemberNotFound
                    : !TryReadContext(change, out MemberJson.Fields updated) ? Malformed()
                    : IsPeerUrlTaken(updated.PeerUrls, exceptId: id) ? EtcdErrors.PeerUrlExists
                    : null;
            default:
                return Malformed();
        }
    }

    /// <summary>
    /// Applies a committed conf change, or refuses it. A refused change must reach raft with node id 0, so that raft
    /// counts it as done without changing its configuration.
    /// </summary>
    /// <param name="change">The decoded entry.</param>
    /// <param name="batch">Takes the changed rows.</param>
    /// <param name="effect">What changed; none when refused.</param>
    /// <returns>Null when applied; else why not.</returns>
    public EtcdError? Apply(Raftpb.ConfChange change, IKvBatch batch, out MembershipEffect effect)
    {
        effect = MembershipEffect.None;
        EtcdError? refused = Validate(change);
        if (refused is not null)
        {
            return refused;
        }

        effect = new MembershipEffect(ApplyValid(change, batch), change.NodeId);
        return null;
    }

    /// <summary>Sets the name and client URLs that a member publishes after its start.</summary>
    /// <returns>False when the member is unknown or removed; nothing changes then.</returns>
    public bool ApplyAttributes(ulong memberId, string name, IReadOnlyList<string> clientUrls, IKvBatch batch)
    {
        if (!_members.TryGetValue(memberId, out ClusterMember? member))
        {
            return false;
        }

        Save(new ClusterMember(memberId, name, member.PeerUrls, clientUrls, member.IsLearner), batch);
        return true;
    }

    /// <summary>Sets the cluster version (<c>ClusterVersionSet</c>).</summary>
    /// <returns>False when the text is not a version; nothing changes then.</returns>
    public bool ApplyVersion(string text, IKvBatch batch)
    {
        if (!ClusterVersion.TryParse(text, out ClusterVersion version))
        {
            return false;
        }

        _version = version;
        SaveVersion(version, batch);
        return true;
    }

    /// <summary>Starts or ends a downgrade (<c>DowngradeInfoSet</c>).</summary>
    /// <param name="enabled">True to start it.</param>
    /// <param name="targetVersion">The release it goes to; ignored when it ends.</param>
    /// <param name="batch">Takes the changed row.</param>
    public void ApplyDowngrade(bool enabled, string targetVersion, IKvBatch batch)
    {
        _downgrade = enabled ? new DowngradeState(true, targetVersion) : DowngradeState.None;
        SaveDowngrade(_downgrade, batch);
    }

    /// <summary>Applies a request of etcd 3.5 to its old store, of which only the membership is left.</summary>
    /// <returns>False when the request has no meaning here; nothing changes then.</returns>
    public bool ApplyV2(Etcdserverpb.Request request, IKvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!string.Equals(request.Method, V2Requests.Put, StringComparison.Ordinal)
            || request.HasPrevExist || request.PrevIndex != 0 || request.PrevValue.Length != 0)
        {
            return false;
        }

        if (string.Equals(request.Path, V2Requests.VersionPath, StringComparison.Ordinal))
        {
            return ApplyVersion(request.Val, batch);
        }

        return V2Requests.TryParseAttributesPath(request.Path, out ulong memberId)
            && V2Requests.TryParseAttributes(request.Val, out string name, out IReadOnlyList<string> clientUrls)
            && ApplyAttributes(memberId, name, clientUrls, batch);
    }

    private static EtcdError Malformed() => EtcdErrors.Other("etcdserver: malformed membership change");

    private static bool TryReadContext(Raftpb.ConfChange change, out MemberJson.Fields fields) =>
        MemberJson.TryRead(change.Context.Span, out fields) && fields.Id == change.NodeId && fields.Id != 0;

    private EtcdError? ValidatePromotion(ulong id) =>
        !_members.TryGetValue(id, out ClusterMember? member) ? EtcdErrors.MemberNotFound
        : member.IsLearner ? null
        : EtcdErrors.MemberNotLearner;

    private EtcdError? ValidateAddition(ulong id, in MemberJson.Fields added)
    {
        if (_members.ContainsKey(id))
        {
            return EtcdErrors.MemberExists;
        }

        if (IsPeerUrlTaken(added.PeerUrls, exceptId: 0))
        {
            return EtcdErrors.PeerUrlExists;
        }

        return added.IsLearner && Current.LearnerCount + 1 > _maxLearners ? EtcdErrors.TooManyLearners : null;
    }

    private bool IsPeerUrlTaken(string[] urls, ulong exceptId)
    {
        foreach (ClusterMember member in _members.Values)
        {
            if (member.Id == exceptId)
            {
                continue;
            }

            foreach (string taken in member.PeerUrls)
            {
                if (Array.IndexOf(urls, taken) >= 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private MembershipEffectKind ApplyValid(Raftpb.ConfChange change, IKvBatch batch)
    {
        ulong id = change.NodeId;
        if (change.Type == Raftpb.ConfChangeType.ConfChangeRemoveNode)
        {
            Remove(id, batch);
            return MembershipEffectKind.Removed;
        }

        bool readable = TryReadContext(change, out MemberJson.Fields fields);
        if (!readable)
        {
            throw new InvalidOperationException($"context of a valid change of {ClusterIds.ToHex(id)} is unreadable");
        }

        bool exists = _members.TryGetValue(id, out ClusterMember? member);
        if (!exists)
        {
            Save(new ClusterMember(id, fields.Name, fields.PeerUrls, fields.ClientUrls, fields.IsLearner), batch);
            return MembershipEffectKind.Added;
        }

        if (fields.IsPromote)
        {
            Save(new ClusterMember(id, member!.Name, member.PeerUrls, member.ClientUrls, isLearner: false), batch);
            return MembershipEffectKind.Promoted;
        }

        // An update replaces the learner mark too, and clients send none: etcd shows an updated learner as a voter
        // although raft gives it no vote. All members must agree on the validation that follows from it.
        Save(new ClusterMember(id, member!.Name, fields.PeerUrls, member.ClientUrls, fields.IsLearner), batch);
        return MembershipEffectKind.Updated;
    }
}
