namespace Etcd.Member.Config.Values;

/// <summary>Parses URL lists with the rules and error texts of etcd's <c>types.NewURLs</c>.</summary>
internal static class EtcdUrls
{
    /// <summary>Reads a comma list; duplicates are dropped and the rest sorted by text, as etcd keeps them.</summary>
    /// <param name="text">The list; the empty string is the empty list.</param>
    /// <param name="urls">The URLs; empty on error.</param>
    /// <returns>Null, or what is wrong with the first bad one.</returns>
    public static string? Parse(string text, out IReadOnlyList<EtcdUrl> urls)
    {
        urls = [];
        return text.Length == 0 ? null : Parse(text.Split(','), out urls);
    }

    /// <summary>As the other overload, for separate texts; at least one is needed.</summary>
    public static string? Parse(IReadOnlyCollection<string> texts, out IReadOnlyList<EtcdUrl> urls)
    {
        urls = [];
        if (texts.Count == 0)
        {
            return "no valid URLs given";
        }

        var parsed = new SortedList<string, EtcdUrl>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var trimmed = text.Trim();
            var error = ParseOne(trimmed, out var url);
            if (error is not null)
            {
                return error;
            }

            parsed[url.ToString()] = url;
        }

        urls = [.. parsed.Values];
        return null;
    }

    /// <summary>The list as etcd writes it: joined by commas.</summary>
    public static string Join(IEnumerable<EtcdUrl> urls) => string.Join(',', urls);

    /// <summary>The texts of the URLs, for log fields.</summary>
    public static string[] Texts(IEnumerable<EtcdUrl> urls) => [.. urls.Select(url => url.ToString())];

    private static string? ParseOne(string text, out EtcdUrl url)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is var at and > 0 ? text[..at] : "";
        scheme = scheme.ToLowerInvariant();
        url = new EtcdUrl(scheme, "", "");
        if (scheme is not ("http" or "https" or "unix" or "unixs"))
        {
            return $"URL scheme must be http, https, unix, or unixs: {text}";
        }

        var rest = text[(scheme.Length + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        url = slash < 0
            ? url with { Host = rest }
            : url with { Host = rest[..slash], Path = rest[slash..] };
        if (url.IsUnix)
        {
            return null;
        }

        if (!HostPort.TrySplit(url.Host, out _, out var port, out _) || !port.All(char.IsAsciiDigit))
        {
            return $"URL address does not have the form \"host:port\": {text}";
        }

        return url.Path.Length == 0 ? null : $"URL must not contain a path: {text}";
    }
}
