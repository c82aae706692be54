using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>What every call must pass before its handler, in etcd's order (api.md §1). Thread-safe.</summary>
internal sealed class RequestGate(IMemberAccess member)
{
    private const string SnapshotMethod = "/etcdserverpb.Maintenance/Snapshot";

    /// <summary>Checks a unary call.</summary>
    /// <param name="request">Its message: a learner serves some by their content.</param>
    /// <param name="requiresLeader">The metadata <c>hasleader: true</c>.</param>
    public EtcdError? CheckUnary(object request, bool requiresLeader) =>
        Check(requiresLeader, request is StatusRequest or RangeRequest { Serializable: true });

    /// <summary>Checks a stream at its start.</summary>
    /// <param name="method">Its full name.</param>
    /// <param name="requiresLeader">The metadata <c>hasleader: true</c>.</param>
    public EtcdError? CheckStream(string method, bool requiresLeader) =>
        Check(requiresLeader, string.Equals(method, SnapshotMethod, StringComparison.Ordinal));

    /// <summary>Whether the caller insists on a leader.</summary>
    public static bool RequiresLeader(ServerCallContext context) =>
        context.GetHttpContext().Request.Headers.TryGetValue("hasleader", out var values)
        && values.Count > 0
        && string.Equals(values[0], "true", StringComparison.Ordinal);

    private EtcdError? Check(bool requiresLeader, bool allowedOnLearner)
    {
        if (!member.IsStarted)
        {
            return EtcdErrors.NotCapable;
        }

        MemberNode node = member.Node;
        if (node.Membership.Version is null)
        {
            return EtcdErrors.NotCapable;
        }

        if (!allowedOnLearner && node.IsLearner)
        {
            return EtcdErrors.NotSupportedForLearner;
        }

        return requiresLeader && node.LeaderId == 0 ? EtcdErrors.NoLeader : null;
    }
}
