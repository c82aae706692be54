using Etcd.Node;
using Etcdserverpb;

namespace Etcd.Member.Grpc;

/// <summary>Response headers (api.md §3).</summary>
internal static class HeaderExtensions
{
    /// <summary>Adds cluster, member and term; and the current revision where the state set none.</summary>
    public static ResponseHeader Complete(this MemberNode node, ResponseHeader? header)
    {
        header ??= new ResponseHeader();
        header.ClusterId = node.ClusterId;
        header.MemberId = node.MemberId;
        header.RaftTerm = node.Term;
        if (header.Revision == 0)
        {
            header.Revision = node.View.Revision;
        }

        return header;
    }

    /// <summary>A header with the current revision.</summary>
    public static ResponseHeader NewHeader(this MemberNode node) => node.Complete(null);

    /// <summary>The header of the Cluster service: without a revision.</summary>
    public static ResponseHeader NewHeaderWithoutRevision(this MemberNode node) => new()
    {
        ClusterId = node.ClusterId,
        MemberId = node.MemberId,
        RaftTerm = node.Term,
    };
}
