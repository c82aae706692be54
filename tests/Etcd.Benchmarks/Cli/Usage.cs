using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>What the tool says about itself.</summary>
internal static class Usage
{
    private const string Text = """
        Measures etcd and this project side by side.

        compare   starts both, loads them in turn with the same client, prints a table, keeps the results
          --workloads NAMES   with commas between, or all                              (put,range,watch)
          --members N         members of each cluster                                  (1)
          --rounds N          measurements of each server; medians are compared        (5)
          --seconds S         length of one measurement                                (5)
          --warmup S          longest warm-up of each server for each workload         (20)
          --clients N,N,...   calls in flight                                          (each workload's own)
          --connections N     connections that the calls share                         (10)
          --loops N           threads of the load client                               (1)
          --value-bytes N     length of values                                         (256)
          --etcd DIR          folder of the real etcd            (brought by eng/get-etcd.sh)
          --suite NAME        else the Debian suite to take it from                    (sid)
          --ours DIR          folder of a published member       (published by this command)
          --data DIR          where both keep their data         (artifacts/benchmarks/data)
          --output FILE       also rewrite the tables in this file, as report does

        run       loads a server that runs already
          --target URL        where; required
          --workload NAME     what; required
          --clients N --connections N --loops N --seconds S --value-bytes N  as above
          --rate N            calls per second, for workloads that keep a rate
          --preload yes|no    store the keys that the workload reads first             (yes)
          --pids N,N,...      the server's processes, to report what they use

        report    rewrites the tables in a file from the results that compare kept
          --output FILE                                                  (docs/performance.md)

        micro     time and allocated bytes of hot parts on their own, beside their budgets
                  (tests/Etcd.Benchmarks/Micro/allocations.txt; every test run checks the bytes)

        list      names the workloads
        """;

    public static bool Asked(string[] arguments) => arguments.Contains("--help") || arguments.Contains("-h");

    public static int Print(bool asked)
    {
        (asked ? Console.Out : Console.Error).WriteLine(Text);
        return asked ? 0 : 2;
    }

    public static int List()
    {
        foreach (Workload workload in Catalog.All)
        {
            Console.WriteLine($"{workload.Name,-26}{workload.Summary,-44}{string.Join(',', workload.Clients)}");
        }

        return 0;
    }
}
