using System.Text.RegularExpressions;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>Replaces what differs between any two clusters: ids, addresses, times, sizes, terms, versions.</summary>
internal static partial class Mask
{
    public static string Output(string text, bool sortLines)
    {
        text = Address().Replace(text, "ADDRESS");
        text = JsonIdentity().Replace(text, "$1:ID");
        text = FieldIdentity().Replace(text, "$1 : ID");
        text = HexId().Replace(text, "ID");
        text = Took().Replace(text, "took TIME");
        text = Remaining().Replace(text, "remaining(N)");
        text = TimeToLive().Replace(text, "$1 N");
        text = AlarmOwner().Replace(text, "memberID:ID");
        text = ClusterSetting().Replace(text, match => $"ETCD_INITIAL_CLUSTER=\"{SortWords(match.Groups[1].Value.Replace(',', ' '))}\"");
        text = AttachedKeys().Replace(text, match => $"attached keys([{SortWords(match.Groups[1].Value)}])");
        text = Version().Replace(text, "VERSION");
        text = Size().Replace(text, "SIZE");
        text = Rule().Replace(text, "+");
        text = Spaces().Replace(text, " ");
        text = text.Trim();
        return sortLines ? string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal)) : text;
    }

    /// <summary>Masks the raft columns and the leadership of a status table too.</summary>
    public static string StatusTable(string text) =>
        Counter().Replace(Truth().Replace(Output(text, sortLines: true), "| BOOL"), "| N");

    /// <summary>etcd lists the keys of a lease in no order: it keeps them in a Go map.</summary>
    private static string SortWords(string words) => string.Join(' ', words.Split(' ').Order(StringComparer.Ordinal));

    [GeneratedRegex(@"(http://)?127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("(\"(?:cluster_id|member_id|raft_term|ID|id|leader|raftTerm|raftIndex|raftAppliedIndex)\"):\\d+")]
    private static partial Regex JsonIdentity();

    [GeneratedRegex("(\"(?:ClusterID|MemberID|RaftTerm|ID|Leader|RaftIndex|RaftAppliedIndex)\") : \\d+")]
    private static partial Regex FieldIdentity();

    [GeneratedRegex(@"\b[0-9a-f]{12,16}\b")]
    private static partial Regex HexId();

    [GeneratedRegex(@"took\s*[=:]?\s*[0-9.]+(µs|ms|s)")]
    private static partial Regex Took();

    [GeneratedRegex(@"remaining\(\d+s\)")]
    private static partial Regex Remaining();

    [GeneratedRegex("(\"(?:ttl|TTL)\" ?:) ?\\d+")]
    private static partial Regex TimeToLive();

    [GeneratedRegex(@"memberID:\d+")]
    private static partial Regex AlarmOwner();

    /// <summary>Members are listed by their ids, which differ.</summary>
    [GeneratedRegex("ETCD_INITIAL_CLUSTER=\"([^\"]*)\"")]
    private static partial Regex ClusterSetting();

    [GeneratedRegex(@"attached keys\(\[([^\]]*)\]\)")]
    private static partial Regex AttachedKeys();

    [GeneratedRegex(@"\b3\.\d+\.\d+\b")]
    private static partial Regex Version();

    [GeneratedRegex(@"\b[0-9.]+ [kMG]?B\b")]
    private static partial Regex Size();

    [GeneratedRegex(@"\+[-+]+\+")]
    private static partial Regex Rule();

    [GeneratedRegex(@"[ ]{2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\| (true|false)\b")]
    private static partial Regex Truth();

    [GeneratedRegex(@"\| \d+\b")]
    private static partial Regex Counter();
}
