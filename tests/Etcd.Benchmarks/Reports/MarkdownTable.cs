using System.Text;

namespace Etcd.Benchmarks.Reports;

/// <summary>Tables of a document.</summary>
internal static class MarkdownTable
{
    /// <summary>Writes rows, the first as the head.</summary>
    public static void Append(StringBuilder text, string[][] rows)
    {
        foreach (string[] row in rows)
        {
            text.Append($"| {string.Join(" | ", row)} |\n");
            if (row == rows[0])
            {
                text.Append($"|{string.Concat(row.Select(static _ => "---|"))}\n");
            }
        }
    }
}
