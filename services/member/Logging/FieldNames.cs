using System.Collections.Concurrent;
using System.Text;

namespace Etcd.Member.Logging;

/// <summary>
/// Names of log fields: a parameter <c>localMemberId</c> becomes etcd's <c>local-member-id</c>. Thread-safe.
/// </summary>
internal static class FieldNames
{
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    /// <summary>The field of a parameter; of <c>start_time</c> it is <c>start time</c>, and a name that
    /// holds a dash is taken as it is.</summary>
    public static string Of(string parameter) => Names.GetOrAdd(parameter, Convert);

    private static string Convert(string parameter)
    {
        if (parameter.Contains('-', StringComparison.Ordinal))
        {
            return parameter;
        }

        if (parameter.Contains('_', StringComparison.Ordinal))
        {
            return parameter.Replace('_', ' ');
        }

        var text = new StringBuilder(parameter.Length + 8);
        foreach (var (index, letter) in parameter.Index())
        {
            if (char.IsAsciiLetterUpper(letter) && index > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
