using System.Globalization;

namespace Etcd.Gateway.Cluster;

/// <summary>Reads a member's role from its metrics.</summary>
internal static class MemberMetrics
{
    /// <summary>
    /// Reads etcd_server_id, etcd_server_is_leader and etcd_server_is_learner. The term stays 0, and a follower's
    /// leader stays unknown: the metrics do not name them.
    /// </summary>
    public static MemberObservation Read(string text)
    {
        var id = 0UL;
        var isLeader = false;
        var isLearner = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("etcd_server_is_leader "))
            {
                isLeader = line.EndsWith(" 1");
            }
            else if (line.StartsWith("etcd_server_is_learner "))
            {
                isLearner = line.EndsWith(" 1");
            }
            else if (line.StartsWith("etcd_server_id{server_id=\"") && line.EndsWith("\"} 1"))
            {
                var hex = line["etcd_server_id{server_id=\"".Length..^"\"} 1".Length];
                _ = ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
            }
        }

        return new MemberObservation(MemberReach.Reachable, id, 0, isLeader ? id : 0, 0, isLearner);
    }
}
