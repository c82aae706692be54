namespace Etcd.Benchmarks.Reports;

/// <summary>Writes a part of a document, between two marks; the text around them is people's.</summary>
internal static class Document
{
    /// <summary>Replaces a part; creates the file or the marks when they are missing.</summary>
    /// <param name="path">The document.</param>
    /// <param name="part">What the marks name.</param>
    /// <param name="content">Ends with a line break, or is empty.</param>
    public static void Rewrite(string path, string part, string content)
    {
        string beginMark = $"<!-- {part}: begin -->";
        string endMark = $"<!-- {part}: end -->";
        string text = File.Exists(path) ? File.ReadAllText(path) : "# Performance\n";
        int begin = text.IndexOf(beginMark, StringComparison.Ordinal);
        int end = text.IndexOf(endMark, StringComparison.Ordinal);
        string marked = $"{beginMark}\n{content}{endMark}";
        text = begin >= 0 && end > begin
            ? text[..begin] + marked + text[(end + endMark.Length)..]
            : $"{text.TrimEnd()}\n\n{marked}\n";
        File.WriteAllText(path, text);
    }
}
