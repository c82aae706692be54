using System.Collections;
using System.Text.RegularExpressions;

namespace Etcd.ServiceDefaults.Discovery;

/// <summary>
/// Where the cluster's members are, as services that stand before them are told. In this order, the first that says
/// anything wins:
/// <list type="number">
/// <item>a list given on the command line: <c>http://127.0.0.1:12379,http://127.0.0.1:22379</c>;</item>
/// <item>the same list in an environment variable of the service;</item>
/// <item>service discovery variables of an app host: <c>services__member1__client__0=http://127.0.0.1:12379</c>.</item>
/// </list>
/// </summary>
public static partial class MemberEndpoints
{
    /// <summary>Finds the members' client URLs, without repetitions, in the order given.</summary>
    /// <param name="commandLine">The list from the command line; null or empty when not given.</param>
    /// <param name="variable">Name of the environment variable with a list.</param>
    /// <param name="environment">The environment: names and values as text.</param>
    /// <returns>At least one absolute http URL without path.</returns>
    /// <exception cref="FormatException">A URL is wrong or there is none; the message says where.</exception>
    public static IReadOnlyList<Uri> Resolve(string? commandLine, string variable, IDictionary environment)
    {
        if (!string.IsNullOrWhiteSpace(commandLine))
        {
            return ParseList(commandLine, "--endpoints");
        }

        if (environment[variable] is string list && !string.IsNullOrWhiteSpace(list))
        {
            return ParseList(list, variable);
        }

        var discovered = environment.Cast<DictionaryEntry>()
            .Where(entry => ServiceVariable().IsMatch((string)entry.Key) && entry.Value is string { Length: > 0 })
            .OrderBy(entry => (string)entry.Key, StringComparer.Ordinal)
            .Select(entry => ParseUrl((string)entry.Value!, (string)entry.Key)) // The filter keeps texts only.
            .Distinct()
            .ToArray();
        return discovered.Length > 0
            ? discovered
            : throw new FormatException(
                $"no members: give --endpoints, {variable} or services__<member>__client__0 variables");
    }

    /// <summary>Reads a list of URLs separated by commas; "host:port" stands for "http://host:port".</summary>
    /// <exception cref="FormatException">A URL is wrong or the list is empty; the message names the source.</exception>
    public static IReadOnlyList<Uri> ParseList(string list, string source)
    {
        var urls = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => ParseUrl(url, source))
            .Distinct()
            .ToArray();
        return urls.Length > 0 ? urls : throw new FormatException($"{source}: the list is empty");
    }

    private static Uri ParseUrl(string text, string source)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
        {
            throw new FormatException($"{source}: \"{text}\" is not an http URL");
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            throw new FormatException($"{source}: \"{text}\" has more than scheme, host and port");
        }

        return url;
    }

    [GeneratedRegex("^services__[^_].*__client__[0-9]+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ServiceVariable();
}
