using Etcd.Benchmarks.Reports;

namespace Etcd.Benchmarks.Cli;

/// <summary>Rewrites the tables of the document from the results that were kept.</summary>
internal static class ReportCommand
{
    public static int Run(Options options)
    {
        string output = options.Text("output", Path.Combine(Repository.Root, "docs", "performance.md"));
        options.RefuseUnknown();
        Document.Rewrite(output, ResultStore.Load());
        return 0;
    }
}
