using System.Globalization;
using Etcd.Member.Http;

namespace Etcd.Member.Peers.Incoming;

/// <summary>
/// Everything that the peer port serves (etcd's <c>etcdhttp/peer.go</c>, <c>rafthttp.Transport.Handler</c>).
/// Thread-safe.
/// </summary>
internal sealed class PeerRequestHandler(
    HttpPeerTransport transport,
    RaftRequestHandler raft,
    SnapshotRequestHandler snapshots,
    LeaseRequestHandler leases,
    MembershipRequestHandler membership,
    VersionHandler version)
{
    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return path switch
        {
            "/raft" => raft.PostAsync(context),
            "/raft/probing" => ProbeAsync(context),
            "/raft/snapshot" => snapshots.PostAsync(context),
            _ when path.StartsWith("/raft/stream/", StringComparison.Ordinal) => raft.StreamAsync(context, path),
            "/members" => membership.ListAsync(context),
            "/members/hashkv" => membership.HashAsync(context),
            _ when path.StartsWith(MembershipRequestHandler.PromotePrefix, StringComparison.Ordinal) =>
                membership.PromoteAsync(context, path),
            "/leases" => leases.RenewAsync(context),
            "/leases/internal" => leases.TimeToLiveAsync(context),
            "/version" => version.HandleAsync(context),
            "/downgrade/enabled" => membership.DowngradeEnabledAsync(context),
            _ => GoHttp.NotFoundAsync(context),
        };
    }

    private Task ProbeAsync(HttpContext context)
    {
        // The format of github.com/xiang90/probing: a clock reading lets the prober see a drift.
        var now = transport.Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        return GoHttp.WriteAsync(context, "text/plain; charset=utf-8", $$"""{"OK":true,"Now":"{{now}}"}""" + "\n");
    }
}
