using Etcd.Member.Config;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

/// <summary>
/// Headers by which members recognise each other, and the check of them (etcd's <c>rafthttp/util.go</c>,
/// <c>http.go checkClusterCompatibilityFromHeader</c>).
/// </summary>
internal static class PeerHeaders
{
    public const string ClusterId = "X-Etcd-Cluster-ID";
    public const string ServerFrom = "X-Server-From";
    public const string ServerVersion = "X-Server-Version";
    public const string MinClusterVersion = "X-Min-Cluster-Version";
    public const string RaftTo = "X-Raft-To";
    public const string PeerUrls = "X-PeerURLs";

    /// <summary>Body of the answer to a peer whose release does not fit.</summary>
    public const string IncompatibleVersion = "incompatible version";

    /// <summary>Body of the answer to a peer of another cluster.</summary>
    public const string ClusterIdMismatch = "cluster ID mismatch";

    /// <summary>What a peer without a version header runs.</summary>
    private const string OldestVersion = "2.0.0";

    /// <summary>Adds the headers of an outgoing request.</summary>
    public static void Add(HttpRequestMessage request, PeerTransportOptions options)
    {
        request.Headers.TryAddWithoutValidation(ServerFrom, MemberIds.Text(options.LocalId));
        request.Headers.TryAddWithoutValidation(ServerVersion, VersionText.Server);
        request.Headers.TryAddWithoutValidation(MinClusterVersion, VersionText.MinCluster);
        request.Headers.TryAddWithoutValidation(ClusterId, MemberIds.Text(options.ClusterId));
        request.Headers.TryAddWithoutValidation(PeerUrls, string.Join(',', options.LocalPeerUrls));
    }

    /// <summary>Null when the sender fits, else the body of the 412 answer.</summary>
    public static string? Check(IHeaderDictionary headers, ulong clusterId)
    {
        if (!TryVersion(headers[ServerVersion], out var server)
            || !TryVersion(headers[MinClusterVersion], out var minCluster)
            || !ClusterVersion.TryParse(VersionText.Server, out var localServer)
            || !ClusterVersion.TryParse(VersionText.MinCluster, out var localMinCluster)
            || MajorMinor(server) < MajorMinor(localMinCluster)
            || MajorMinor(minCluster) > MajorMinor(localServer))
        {
            return IncompatibleVersion;
        }

        return string.Equals(headers[ClusterId], MemberIds.Text(clusterId), StringComparison.Ordinal)
            ? null
            : ClusterIdMismatch;
    }

    private static bool TryVersion(string? text, out ClusterVersion version) =>
        ClusterVersion.TryParse(string.IsNullOrEmpty(text) ? OldestVersion : text, out version);

    private static ClusterVersion MajorMinor(ClusterVersion version) => version with { Patch = 0 };
}
