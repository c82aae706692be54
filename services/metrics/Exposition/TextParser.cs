using System.Globalization;

namespace Etcd.Metrics.Exposition;

/// <summary>Reads the Prometheus text format (0.0.4) from untrusted text; a bad line is left out and counted.</summary>
/// <remarks>
/// <code>
///   # HELP name text          # TYPE name counter|gauge|histogram|summary|untyped
///   name{label="value",…} value [timestamp]
/// </code>
/// </remarks>
internal sealed class TextParser
{
    // A member has about 250 families and 2,000 series; the limit stops a flood that is no member's.
    private const int MaxSamples = 200_000;

    private static readonly string[] PartSuffixes = ["_bucket", "_sum", "_count"];

    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly List<Family> _order = [];
    private int _samples;

    private TextParser()
    {
    }

    /// <summary>Reads a whole exposition.</summary>
    public static ParsedExposition Parse(string text)
    {
        var parser = new TextParser();
        var badLines = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim(" \t");
            if (line.IsEmpty)
            {
                continue;
            }

            var isGood = line[0] == '#' ? parser.ReadComment(line) : parser.ReadSample(line);
            badLines += isGood ? 0 : 1;
        }

        return new ParsedExposition(parser._order, parser._samples, badLines);
    }

    /// <summary>Length of the metric name at the start; 0 for none.</summary>
    internal static int NameLength(ReadOnlySpan<char> text, bool allowColon)
    {
        var length = 0;
        while (length < text.Length
            && (char.IsAsciiLetter(text[length]) || text[length] == '_' || (allowColon && text[length] == ':')
                || (length > 0 && char.IsAsciiDigit(text[length]))))
        {
            length++;
        }

        return length;
    }

    private bool ReadComment(ReadOnlySpan<char> line)
    {
        var rest = line[1..].TrimStart(" \t");
        var isHelp = rest.StartsWith("HELP ", StringComparison.Ordinal);
        if (!isHelp && !rest.StartsWith("TYPE ", StringComparison.Ordinal))
        {
            return true; // Any other comment is fine and says nothing.
        }

        rest = rest[5..].TrimStart(" \t");
        var nameLength = NameLength(rest, allowColon: true);
        if (nameLength == 0 || (nameLength < rest.Length && rest[nameLength] is not (' ' or '\t')))
        {
            return false;
        }

        var family = FamilyNamed(rest[..nameLength].ToString());
        rest = rest[nameLength..].TrimStart(" \t");
        if (isHelp)
        {
            family.Help ??= rest.ToString();
            return true;
        }

        if (rest is not ("counter" or "gauge" or "histogram" or "summary" or "untyped"))
        {
            return false;
        }

        family.Type ??= rest.ToString();
        return true;
    }

    private bool ReadSample(ReadOnlySpan<char> line)
    {
        var nameLength = NameLength(line, allowColon: true);
        if (nameLength == 0 || _samples >= MaxSamples)
        {
            return false;
        }

        var rest = line[nameLength..].TrimStart(" \t");
        var labels = ReadOnlySpan<char>.Empty;
        if (!rest.IsEmpty && rest[0] == '{')
        {
            var labelsLength = LabelSet.Length(rest);
            if (labelsLength == 0)
            {
                return false;
            }

            labels = rest[1..(labelsLength - 1)].Trim(" \t").TrimEnd(',').TrimEnd(" \t");
            rest = rest[labelsLength..].TrimStart(" \t");
        }
        else if (rest.Length == line.Length - nameLength)
        {
            return false; // Something that is neither space nor label set follows the name.
        }

        if (!IsValueAndTimestamp(rest))
        {
            return false;
        }

        var name = line[..nameLength].ToString();
        FamilyOf(name).Samples.Add(new Sample(name, labels.ToString(), rest.ToString()));
        _samples++;
        return true;
    }

    private static bool IsValueAndTimestamp(ReadOnlySpan<char> text)
    {
        var space = text.IndexOfAny(' ', '\t');
        var value = space < 0 ? text : text[..space];
        var timestamp = space < 0 ? [] : text[space..].Trim(" \t");
        return IsNumber(value)
            && (timestamp.IsEmpty
                || long.TryParse(timestamp, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        text is "NaN" or "+Inf" or "-Inf" or "Inf"
        || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private Family FamilyOf(string series)
    {
        if (_families.TryGetValue(series, out var own))
        {
            return own;
        }

        foreach (var suffix in PartSuffixes)
        {
            if (series.EndsWith(suffix, StringComparison.Ordinal)
                && _families.TryGetValue(series[..^suffix.Length], out var whole) && whole.HasParts)
            {
                return whole;
            }
        }

        return FamilyNamed(series);
    }

    private Family FamilyNamed(string name)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            family = new Family(name);
            _families.Add(name, family);
            _order.Add(family);
        }

        return family;
    }
}
