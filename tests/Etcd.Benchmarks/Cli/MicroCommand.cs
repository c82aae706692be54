using System.Globalization;
using Etcd.Benchmarks.Micro;

namespace Etcd.Benchmarks.Cli;

/// <summary>Runs the micro-benchmarks.</summary>
internal static class MicroCommand
{
    public static int Run(Options options)
    {
        options.RefuseUnknown();
        IReadOnlyDictionary<string, double> budgets = AllocationBudgets.Load();
        int over = 0;
        Console.WriteLine($"{"",-16}{"ns/op",10}{"bytes/op",12}{"budget",12}");
        foreach (MicroBenchmark benchmark in MicroCatalog.All)
        {
            double bytes = benchmark.AllocatedBytes();
            double budget = budgets[benchmark.Name];
            over += bytes > budget ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{benchmark.Name,-16}{benchmark.Nanoseconds(),10:N0}{bytes,12:N0}{budget,12:N0}{(bytes > budget ? "  over" : "")}"));
        }

        return over == 0 ? 0 : 1;
    }
}
