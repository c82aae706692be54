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
          --keys N            keys in the store before, revisions to compact; at least 1,000, for a short form
                                                                                       (each workload's own)
          --etcd DIR          folder of the real etcd            (brought by eng/get-etcd.sh)
          --suite NAME        else the Debian suite to take it from                    (sid)
          --ours DIR          folder of a published member       (published by this command)
          --data DIR          where both keep their data         (artifacts/benchmarks/data)
          --output FILE       also rewrite the tables in this file, as report does

        scale     measures how cost grows, both in turn; a table for each dimension; keeps the results of each step, so
                  that a long run can be made in parts. Says beforehand how long it will take.
          --dimension NAMES   keys (10 k to 10 M), values (64 B to 1 MiB), watchers (1 to 100 k), clients (1 to 10 k,
                              on ten connections and on one each), members (1 to 7), with commas between, or all;
                              limits: only what disk, loopback and load client allow, which is always measured  (all)
          --min N --max N     only the steps between
          --rounds N          measurements of each server at each step                 (3)
          --seconds S --warmup S --connections N --value-bytes N --etcd DIR --suite NAME --ours DIR --data DIR
          --output FILE       as above

        run       loads a server that runs already
          --target URL        where; required
          --workload NAME     what; required
          --clients N --connections N --loops N --seconds S --value-bytes N --keys N  as above
          --rate N            calls per second, for workloads that keep a rate
          --preload yes|no    store the keys that the workload reads first             (yes)
          --pids N,N,...      the server's processes, to report what they use

        report    rewrites the tables in a file, and the pictures in the folder beside it that bears its name, from the
                  results that compare and scale kept
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
