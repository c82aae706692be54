using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Scale;

namespace Etcd.Benchmarks.Cli;

/// <summary>Rewrites the tables of the document, and its pictures, from the results that were kept.</summary>
internal static class ReportCommand
{
    public static int Run(Options options)
    {
        string output = options.Text("output", Path.Combine(Repository.Root, "docs", "performance.md"));
        options.RefuseUnknown();
        Write(output);
        return 0;
    }

    /// <summary>Rewrites a document; the pictures go into a folder beside it that bears its name.</summary>
    public static void Write(string output)
    {
        string path = Path.GetFullPath(output);
        string pictures = Path.ChangeExtension(path, null);
        Document.Rewrite(path, "tables", ComparisonTables.Of(ResultStore.Load()));
        Document.Rewrite(path, "scale", ScaleReport.Write(pictures));
    }
}
