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

        var ordered = new string[names.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = $"{names[i]}=\"{Escape(values[i])}\"";
        }

        // By name: '=' sorts before letters and '_', and no name is another one with a digit behind it.
        Array.Sort(ordered, StringComparer.Ordinal);
        return string.Join(',', ordered);
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
