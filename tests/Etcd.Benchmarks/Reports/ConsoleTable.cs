namespace Etcd.Benchmarks.Reports;

/// <summary>Tables with aligned columns.</summary>
internal static class ConsoleTable
{
    /// <summary>One case, all figures.</summary>
    public static string Rows(Result result) => string.Join(
        '\n', Row.Header.Zip(Row.Cells(result), static (name, value) => $"  {name,-14}{value}"));

    /// <summary>All cases, a line for each target.</summary>
    public static string Summary(IReadOnlyList<Result> results) => Aligned(
        [["work", "clients", "members", "of", "ratio", "target", ""], .. results.SelectMany(Row.Targets)]);

    /// <summary>Rows with columns of equal width.</summary>
    /// <param name="rows">At least one; all with the same number of cells.</param>
    public static string Aligned(string[][] rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length) + 2)];
        return string.Join('\n', rows.Select(row => string.Concat(row.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd()));
    }
}
