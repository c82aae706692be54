using System.Diagnostics.CodeAnalysis;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The check that etcd makes of every list of URLs (<c>client/pkg/types: NewURLs</c>), with its texts. Thread-safe.
/// </summary>
public static class PeerUrl
{
    /// <summary>Checks and sorts URLs.</summary>
    /// <param name="urls">The URLs; blanks around each are dropped.</param>
    /// <param name="sorted">The URLs in ascending byte order, with a lower-case scheme; null on error.</param>
    /// <param name="error">Etcd's text; null when all are well.</param>
    public static bool TryParseAll(
        IReadOnlyList<string> urls,
        [NotNullWhen(true)] out IReadOnlyList<string>? sorted,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(urls);
        sorted = null;
        error = urls.Count == 0 ? "no valid URLs given" : null;
        string[] parsed = new string[urls.Count];
        for (int index = 0; index < parsed.Length && error is null; index++)
        {
            parsed[index] = Parse(urls[index].Trim(), out error);
        }

        if (error is not null)
        {
            return false;
        }

        Array.Sort(parsed, StringComparer.Ordinal);
        sorted = parsed;
        return true;
    }

    private static string Parse(string url, out string? error)
    {
        error = null;
        int colon = url.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon > 0 ? url[..colon].ToLowerInvariant() : string.Empty;
        if (url.StartsWith(':'))
        {
            error = $"parse \"{url}\": missing protocol scheme";
            return url;
        }

        if (scheme is "unix" or "unixs")
        {
            return scheme + url[colon..];
        }

        if (scheme is not ("http" or "https"))
        {
            error = $"URL scheme must be http, https, unix, or unixs: {url}";
            return url;
        }

        string rest = url[(colon + 1)..];
        string authority = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : string.Empty;
        int end = authority.AsSpan().IndexOfAny('/', '?', '#');
        string path = end >= 0 && authority[end] == '/' ? authority[end..] : string.Empty;
        authority = end >= 0 ? authority[..end] : authority;
        string host = authority[(authority.LastIndexOf('@') + 1)..];
        if (!TrySplitHostPort(host, url, out error))
        {
            return url;
        }

        error = path.Length != 0 ? $"URL must not contain a path: {url}" : null;
        return scheme + url[colon..];
    }

    private static bool TrySplitHostPort(string host, string url, out string? error)
    {
        error = null;
        int colon = host.LastIndexOf(':');
        bool bracketed = host.StartsWith('[');
        bool formed = colon >= 0 && (bracketed
            ? colon > 0 && host[colon - 1] == ']' && host.IndexOf(']', StringComparison.Ordinal) == colon - 1
            : host.IndexOf(':', StringComparison.Ordinal) == colon && host.AsSpan().IndexOfAny('[', ']') < 0);
        if (!formed)
        {
            error = $"URL address does not have the form \"host:port\": {url}";
            return false;
        }

        ReadOnlySpan<char> port = host.AsSpan(colon + 1);
        if (port.IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            error = $"parse \"{url}\": invalid port \"{host[colon..]}\" after host";
            return false;
        }

        return true;
    }
}
