namespace Etcd.Member.Config.Values;

/// <summary>
/// The members that <c>--initial-cluster</c> names, by name (etcd's <c>types.URLsMap</c>). Immutable.
/// </summary>
internal sealed class InitialCluster
{
    private readonly SortedList<string, IReadOnlyList<EtcdUrl>> _members;

    private InitialCluster(SortedList<string, IReadOnlyList<EtcdUrl>> members) => _members = members;

    /// <summary>Peer URLs of each member, by name in ordinal order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<EtcdUrl>> Members => _members;

    /// <summary>Reads <c>n1=url,n1=url2,n2=url</c>; null, or etcd's error text.</summary>
    public static string? Parse(string text, out InitialCluster cluster)
    {
        var texts = new SortedList<string, List<string>>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var url = equals < 0 ? "" : part[(equals + 1)..];
            if (!texts.TryGetValue(name, out var list))
            {
                texts.Add(name, list = []);
            }

            list.Add(url);
        }

        var members = new SortedList<string, IReadOnlyList<EtcdUrl>>(StringComparer.Ordinal);
        cluster = new InitialCluster(members);
        foreach (var (name, urlTexts) in texts)
        {
            var error = EtcdUrls.Parse(urlTexts, out var urls);
            if (error is not null)
            {
                return error;
            }

            members.Add(name, urls);
        }

        return null;
    }

    /// <summary>The text that names one member with its URLs.</summary>
    public static string TextOf(string name, IEnumerable<EtcdUrl> urls) =>
        string.Join(',', urls.Select(url => $"{name}={url}"));

    /// <summary>True when two entries share a URL.</summary>
    public bool HasDuplicateUrl()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return _members.Values.Any(urls => urls.Any(url => !seen.Add(url.ToString())));
    }

    /// <inheritdoc />
    public override string ToString() =>
        string.Join(',', _members.Select(member => TextOf(member.Key, member.Value)));
}
