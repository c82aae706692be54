using System.Text;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>What <c>compare</c> measured, for the document.</summary>
internal static class ComparisonTables
{
    /// <summary>The tables; nothing when there are no results.</summary>
    public static string Of(IReadOnlyList<Result> results)
    {
        if (results.Count == 0)
        {
            return "";
        }

        string[] order = [.. Catalog.All.Select(static workload => workload.Name)];
        Result[] sorted =
        [
            .. results.OrderBy(static result => result.Members)
                .ThenBy(result => Array.IndexOf(order, result.Workload))
                .ThenBy(static result => result.ValueBytes)
                .ThenBy(static result => result.StoredKeys)
                .ThenBy(static result => result.Clients),
        ];
        var text = new StringBuilder();
        foreach (IGrouping<(string, string, string), Result> group in sorted.GroupBy(static result =>
            (result.Setting.Machine, result.Setting.System, result.Setting.ReferenceVersion)))
        {
            text.Append($"\n{group.Key.Item1}; {group.Key.Item2}; etcd {group.Key.Item3}. ")
                .Append("Where two figures stand, etcd's is the first.\n\n");
            MarkdownTable.Append(text, [[.. Row.Header, "commit"], .. group.Select(RowWithCommit)]);
        }

        text.Append("\nAll targets:\n\n");
        MarkdownTable.Append(text, [["work", "clients", "members", "of", "ratio", "target", ""], .. sorted.SelectMany(Row.Targets)]);
        return text.ToString();
    }

    private static string[] RowWithCommit(Result result) => [.. Row.Cells(result), result.Setting.Commit];
}
