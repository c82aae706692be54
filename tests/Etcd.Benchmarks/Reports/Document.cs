using System.Text;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>Writes the tables into a document, between two marks; the text around them is people's.</summary>
internal static class Document
{
    private const string Begin = "<!-- tables: begin -->";
    private const string End = "<!-- tables: end -->";

    /// <summary>Replaces the tables; creates the file or the marks when they are missing.</summary>
    public static void Rewrite(string path, IReadOnlyList<Result> results)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "# Performance\n";
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        int end = text.IndexOf(End, StringComparison.Ordinal);
        string tables = $"{Begin}\n{Tables(results)}{End}";
        text = begin >= 0 && end > begin
            ? text[..begin] + tables + text[(end + End.Length)..]
            : $"{text.TrimEnd()}\n\n{tables}\n";
        File.WriteAllText(path, text);
    }

    private static string Tables(IReadOnlyList<Result> results)
    {
        string[] order = [.. Catalog.All.Select(static workload => workload.Name)];
        Result[] sorted =
        [
            .. results.OrderBy(static result => result.Members)
                .ThenBy(result => Array.IndexOf(order, result.Workload))
                .ThenBy(static result => result.ValueBytes)
                .ThenBy(static result => result.Clients),
        ];
        var text = new StringBuilder();
        foreach (IGrouping<(string, string, string), Result> group in sorted.GroupBy(static result =>
            (result.Setting.Machine, result.Setting.System, result.Setting.ReferenceVersion)))
        {
            text.Append($"\n{group.Key.Item1}; {group.Key.Item2}; etcd {group.Key.Item3}. ")
                .Append("Where two figures stand, etcd's is the first.\n\n");
            Append(text, [[.. Row.Header, "commit"], .. group.Select(RowWithCommit)]);
        }

        text.Append("\nAll targets:\n\n");
        Append(text, [["work", "clients", "members", "of", "ratio", "target", ""], .. sorted.SelectMany(Row.Targets)]);
        return text.ToString();
    }

    private static string[] RowWithCommit(Result result) => [.. Row.Cells(result), result.Setting.Commit];

    private static void Append(StringBuilder text, string[][] rows)
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
