using System.Text;

namespace Etcd.Metrics.Exposition;

/// <summary>Reads and extends the labels of a series in their text form.</summary>
internal static class LabelSet
{
    /// <summary>Length of the set at the start of the text, braces included; 0 when it is malformed.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var position = 1;
        while (true)
        {
            position += Blanks(text[position..]);
            if (position < text.Length && text[position] == '}')
            {
                return position + 1;
            }

            var pair = PairLength(text[position..]);
            if (pair == 0)
            {
                return 0;
            }

            position += pair;
            position += Blanks(text[position..]);
            if (position >= text.Length || text[position] is not (',' or '}'))
            {
                return 0;
            }

            position += text[position] == ',' ? 1 : 0;
        }
    }

    /// <summary>
    /// Adds a target's labels as a scrape does: a series' own label of the same name moves to "exported_…".
    /// </summary>
    /// <param name="labels">Well-formed labels without braces.</param>
    /// <param name="instance">The value for "instance", unescaped.</param>
    /// <param name="job">The value for "job", unescaped.</param>
    public static string WithTarget(string labels, string instance, string job)
    {
        var text = new StringBuilder(labels.Length + instance.Length + job.Length + 24)
            .Append("instance=\"").Append(Escape(instance)).Append("\",job=\"").Append(Escape(job)).Append('"');
        var rest = labels.AsSpan();
        while (!(rest = rest.TrimStart(" \t,")).IsEmpty)
        {
            var pair = PairLength(rest);
            if (pair == 0)
            {
                break; // Not reached for well-formed labels.
            }

            var name = rest[..TextParser.NameLength(rest, allowColon: false)];
            text.Append(name is "instance" or "job" ? ",exported_" : ",").Append(rest[..pair]);
            rest = rest[pair..];
        }

        return text.ToString();
    }

    /// <summary>Length of name="value" at the start; 0 when it is malformed.</summary>
    private static int PairLength(ReadOnlySpan<char> text)
    {
        var position = TextParser.NameLength(text, allowColon: false);
        if (position == 0)
        {
            return 0;
        }

        position += Blanks(text[position..]);
        if (position >= text.Length || text[position] != '=')
        {
            return 0;
        }

        position++;
        position += Blanks(text[position..]);
        if (position >= text.Length || text[position] != '"')
        {
            return 0;
        }

        for (position++; position < text.Length; position++)
        {
            if (text[position] == '\\')
            {
                position++;
            }
            else if (text[position] == '"')
            {
                return position + 1;
            }
        }

        return 0;
    }

    private static int Blanks(ReadOnlySpan<char> text) => text.Length - text.TrimStart(" \t").Length;

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
