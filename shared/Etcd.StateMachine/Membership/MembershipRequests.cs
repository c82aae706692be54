using Google.Protobuf;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// Makes the entries of membership changes exactly as etcd 3.5 does, so that members of either kind apply each
/// other's. Thread-safe.
/// </summary>
public static class MembershipRequests
{
    /// <summary>Adds a member.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="member">The member; its id comes from <see cref="ClusterIds.AddedMemberId"/>, and of a bootstrap
    /// member from <see cref="ClusterIds.MemberId"/>.</param>
    public static Raftpb.ConfChange Add(ulong requestId, ClusterMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Create(
            requestId,
            member.IsLearner
                ? Raftpb.ConfChangeType.ConfChangeAddLearnerNode
                : Raftpb.ConfChangeType.ConfChangeAddNode,
            member.Id,
            MemberJson.WriteMember(member, isPromote: false));
    }

    /// <summary>Gives a learner its vote.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="memberId">The learner.</param>
    public static Raftpb.ConfChange Promote(ulong requestId, ulong memberId) => Create(
        requestId,
        Raftpb.ConfChangeType.ConfChangeAddNode,
        memberId,
        MemberJson.WriteMember(new ClusterMember(memberId, string.Empty, [], [], isLearner: false), isPromote: true));

    /// <summary>Removes a member for good.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="memberId">The member.</param>
    public static Raftpb.ConfChange Remove(ulong requestId, ulong memberId) =>
        Create(requestId, Raftpb.ConfChangeType.ConfChangeRemoveNode, memberId, context: null);

    /// <summary>Replaces the peer URLs of a member.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="memberId">The member.</param>
    /// <param name="peerUrls">All its peer URLs from now on.</param>
    public static Raftpb.ConfChange Update(ulong requestId, ulong memberId, IReadOnlyList<string> peerUrls) => Create(
        requestId,
        Raftpb.ConfChangeType.ConfChangeUpdateNode,
        memberId,
        MemberJson.WriteMember(
            new ClusterMember(memberId, string.Empty, peerUrls, [], isLearner: false),
            isPromote: false));

    /// <summary>Publishes a member's name and client URLs in the form that releases 3.5 and 3.6 both apply.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="memberId">The publishing member.</param>
    /// <param name="name">Its <c>--name</c>.</param>
    /// <param name="clientUrls">Its <c>--advertise-client-urls</c>.</param>
    /// <returns>Encoded, it is the data of the entry.</returns>
    public static Etcdserverpb.Request PublishAttributes(
        ulong requestId, ulong memberId, string name, IReadOnlyList<string> clientUrls) =>
        CreatePut(requestId, V2Requests.AttributesPath(memberId), MemberJson.WriteAttributes(name, clientUrls));

    /// <summary>Sets the cluster version in the form that releases 3.5 and 3.6 both apply.</summary>
    /// <param name="requestId">Id that the proposer waits for.</param>
    /// <param name="version">The version, patch number 0.</param>
    /// <returns>Encoded, it is the data of the entry.</returns>
    public static Etcdserverpb.Request SetVersion(ulong requestId, ClusterVersion version) =>
        CreatePut(requestId, V2Requests.VersionPath, version.ToString());

    /// <summary>Etcd writes every field of the old request but the two that may be absent, zero or not.</summary>
    private static Etcdserverpb.Request CreatePut(ulong requestId, string path, string value) => new()
    {
        ID = requestId,
        Method = V2Requests.Put,
        Path = path,
        Val = value,
        Dir = false,
        PrevValue = string.Empty,
        PrevIndex = 0,
        Expiration = 0,
        Wait = false,
        Since = 0,
        Recursive = false,
        Sorted = false,
        Quorum = false,
        Time = 0,
        Stream = false,
    };

    private static Raftpb.ConfChange Create(
        ulong requestId, Raftpb.ConfChangeType type, ulong memberId, byte[]? context)
    {
        Raftpb.ConfChange change = new() { Id = requestId, Type = type, NodeId = memberId };
        if (context is not null)
        {
            change.Context = UnsafeByteOperations.UnsafeWrap(context);
        }

        return change;
    }
}
