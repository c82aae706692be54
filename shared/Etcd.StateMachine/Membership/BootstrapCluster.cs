using System.Diagnostics.CodeAnalysis;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The cluster that <c>--initial-cluster</c> and <c>--initial-cluster-token</c> describe. All members that start with
/// the same two texts compute the same ids and the same first entries of the log. Immutable.
/// </summary>
public sealed class BootstrapCluster
{
    private BootstrapCluster(ulong clusterId, string token, ClusterMember[] members)
    {
        ClusterId = clusterId;
        Token = token;
        Members = members;
    }

    /// <summary>Id of the cluster.</summary>
    public ulong ClusterId { get; }

    /// <summary>The token the ids were made with.</summary>
    public string Token { get; }

    /// <summary>The members, ascending by id, all voters, named but without client URLs.</summary>
    public IReadOnlyList<ClusterMember> Members { get; }

    /// <summary>
    /// Reads <c>name=url,name=url…</c>; a name may come several times. Empty parts are skipped.
    /// </summary>
    /// <param name="initialCluster">The text.</param>
    /// <param name="token">The token.</param>
    /// <param name="cluster">The cluster; null on error.</param>
    /// <param name="error">Etcd's text; null when all is well.</param>
    public static bool TryParse(
        string initialCluster,
        string token,
        [NotNullWhen(true)] out BootstrapCluster? cluster,
        [NotNullWhen(false)] out string? error)
    {
        cluster = null;
        if (!TryParseUrls(initialCluster, out IReadOnlyDictionary<string, IReadOnlyList<string>>? byName, out error))
        {
            return false;
        }

        SortedDictionary<ulong, ClusterMember> members = [];
        foreach ((string name, IReadOnlyList<string> urls) in byName)
        {
            ulong id = ClusterIds.MemberId(urls, token);
            ClusterMember member = new(id, name, urls, [], isLearner: false);
            if (id == 0)
            {
                error = "cannot use 0 as member id";
                return false;
            }

            if (!members.TryAdd(id, member))
            {
                error = $"member exists with identical ID {member}";
                return false;
            }
        }

        cluster = new BootstrapCluster(ClusterIds.ClusterId([.. members.Keys]), token, [.. members.Values]);
        return true;
    }

    /// <summary>Reads the text without computing ids: peer URLs by name, each list in ascending order.</summary>
    /// <param name="initialCluster">The text.</param>
    /// <param name="urlsByName">Ascending by name; null on error.</param>
    /// <param name="error">Etcd's text; null when all is well.</param>
    public static bool TryParseUrls(
        string initialCluster,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, IReadOnlyList<string>>? urlsByName,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(initialCluster);
        SortedList<string, List<string>> given = new(StringComparer.Ordinal);
        foreach (string part in initialCluster.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals >= 0 ? part[..equals] : part;
            if (!given.TryGetValue(name, out List<string>? urls))
            {
                given.Add(name, urls = []);
            }

            urls.Add(equals >= 0 ? part[(equals + 1)..] : string.Empty);
        }

        urlsByName = null;
        error = null;
        SortedList<string, IReadOnlyList<string>> parsed = new(StringComparer.Ordinal);
        foreach ((string name, List<string> urls) in given)
        {
            if (!PeerUrl.TryParseAll(urls, out IReadOnlyList<string>? sorted, out error))
            {
                return false;
            }

            parsed.Add(name, sorted);
        }

        urlsByName = parsed;
        return true;
    }

    /// <summary>The member with a name, or null.</summary>
    public ClusterMember? FindByName(string name)
    {
        foreach (ClusterMember member in Members)
        {
            if (string.Equals(member.Name, name, StringComparison.Ordinal))
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>True when two members share a URL, or one names it twice; etcd refuses to start then.</summary>
    public bool HasDuplicateUrl()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ClusterMember member in Members)
        {
            foreach (string url in member.PeerUrls)
            {
                if (!seen.Add(url))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The first entries of the log of every member: one conf change for each voter, ascending by id, at term 1 and
    /// indexes 1 to n, committed from the start.
    /// </summary>
    public IReadOnlyList<Raftpb.ConfChange> FirstChanges()
    {
        List<Raftpb.ConfChange> changes = new(Members.Count);
        foreach (ClusterMember member in Members)
        {
            changes.Add(MembershipRequests.Add(requestId: 0, member));
        }

        return changes;
    }
}
