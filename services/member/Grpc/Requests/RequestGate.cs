using System.Text;
using System.Text.Unicode;
using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>What every call must pass before its handler, in etcd's order (api.md §1). Thread-safe.</summary>
internal sealed class RequestGate(IMemberAccess member)
{
    /// <summary>The header with the version of the client's library, byte for byte (Latin-1).</summary>
    public const string ClientVersionHeader = "client-api-version";

    private const string SnapshotMethod = "/etcdserverpb.Maintenance/Snapshot";

    /// <summary>Checks a unary call.</summary>
    /// <param name="request">Its message: a learner serves some by their content.</param>
    /// <param name="context">Its metadata.</param>
    public EtcdError? CheckUnary(object request, ServerCallContext context) =>
        Check(context, request is StatusRequest or RangeRequest { Serializable: true });

    /// <summary>Checks a stream at its start.</summary>
    /// <param name="context">Its method and metadata.</param>
    public EtcdError? CheckStream(ServerCallContext context) =>
        Check(context, string.Equals(context.Method, SnapshotMethod, StringComparison.Ordinal));

    /// <summary>Whether the caller insists on a leader: the metadata <c>hasleader: true</c>.</summary>
    public static bool RequiresLeader(ServerCallContext context) =>
        context.GetHttpContext().Request.Headers.TryGetValue("hasleader", out var values)
        && values.Count > 0
        && string.Equals(values[0], "true", StringComparison.Ordinal);

    /// <summary>Whether the client's version is text. Differs from etcd: its release 3.5 stops with a panic on one
    /// that is not; later ones refuse it.</summary>
    private static bool HasReadableVersion(ServerCallContext context) =>
        !context.GetHttpContext().Request.Headers.TryGetValue(ClientVersionHeader, out var values)
        || Ascii.IsValid(values.ToString())
        || Utf8.IsValid(Encoding.Latin1.GetBytes(values.ToString()));

    private EtcdError? Check(ServerCallContext context, bool allowedOnLearner)
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

        return !HasReadableVersion(context) ? EtcdErrors.InvalidClientApiVersion
            : RequiresLeader(context) && node.LeaderId == 0 ? EtcdErrors.NoLeader
            : null;
    }
}
