using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>Label texts of the exposition format.</summary>
internal static class LabelSet
{
    /// <summary>The labels ascending by name, quoted: <c>a="1",b="2"</c>.</summary>
    public static string Format(IReadOnlyList<string> names, IReadOnlyList<string> values)
    {
        if (names.Count != values.Count)
        {
            throw new ArgumentException($"{names.Count} label names but {values.Count} values", nameof(values));
        }

        var text = new StringBuilder();
        foreach (var (name, value) in names.Zip(values).OrderBy(pair => pair.First, StringComparer.Ordinal))
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return text.ToString();
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
