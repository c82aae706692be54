using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Servers;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>
/// Starts both products and measures them in turn: etcd, ours, etcd, ours. The one that is not measured stays idle.
/// Workloads that start from the same store share the servers, so a server is warmed up once for each kind of work.
/// </summary>
internal sealed class CompareCommand
{
    // Warm is when three windows in a row are this close; the runtime compiles hot code again while it runs.
    private static readonly TimeSpan WarmUpWindow = TimeSpan.FromSeconds(2);
    private const int WarmUpWindows = 3;
    private const double WarmUpTolerance = 0.05;
    private const double WarmUpRate = 5000;

    private readonly CompareOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Setting _setting;
    private readonly Product[] _products;

    private CompareCommand(CompareOptions options, CancellationToken cancellation)
    {
        _options = options;
        _cancellation = cancellation;
        _products = [Reference(options), Ours(options)];
        _setting = Setting.Now(_products[0].Version, _products[1].Version);
    }

    public static int Run(Options arguments, CancellationToken cancellation)
    {
        var options = new CompareOptions(arguments);
        new CompareCommand(options, cancellation).Run();
        if (options.Output is { } output)
        {
            Document.Rewrite(output, ResultStore.Load());
        }

        return 0;
    }

    private static Product Reference(CompareOptions options)
    {
        string directory = options.EtcdDirectory ?? Tool.Run(
            "bash", [Path.Combine(Repository.Root, "eng/get-etcd.sh"), Path.Combine(Repository.Root, ".tools/etcd"), options.Suite]);
        return Product.In("etcd", directory);
    }

    private static Product Ours(CompareOptions options)
    {
        if (options.OurDirectory is { } given)
        {
            return Product.In("ours", given);
        }

        string directory = Path.Combine(Repository.Artifacts, "member");
        Progress.Say("publishing services/member");
        _ = Tool.Run("dotnet", ["publish", Path.Combine(Repository.Root, "services/member"), "-c", "Release", "-o", directory]);
        return Product.In("ours", directory);
    }

    private void Run()
    {
        using var reaper = new Reaper();
        List<Result> results = [];
        foreach (IGrouping<int, Workload> group in _options.Workloads.GroupBy(static workload => workload.StoredKeys))
        {
            using Cluster reference = NewCluster(_products[0], reaper);
            using Cluster ours = NewCluster(_products[1], reaper);
            Cluster[] clusters = [reference, ours];
            foreach (Cluster cluster in clusters)
            {
                TimeSpan took = cluster.Start();
                Progress.Say(FormattableString.Invariant($"{cluster.Product.Name} is ready after {took.TotalMilliseconds:F0} ms"));
            }

            foreach (Cluster cluster in clusters.Where(_ => group.Key > 0))
            {
                Progress.Say($"storing {group.Key} keys in {cluster.Product.Name}");
                Preload.Run(NewBench(cluster, clients: 1), group.Key);
            }

            foreach (Workload workload in group)
            {
                foreach (int clients in _options.ClientsOf(workload))
                {
                    Result result = Measure(workload, clients, clusters);
                    results.Add(result);
                    ResultStore.Save(result);
                    Console.WriteLine(ConsoleTable.Rows(result));
                }
            }

            foreach (Cluster cluster in clusters)
            {
                cluster.Stop();
            }
        }

        Console.WriteLine();
        Console.WriteLine(ConsoleTable.Summary(results));
    }

    private Cluster NewCluster(Product product, Reaper reaper) => new(
        product, _options.Members,
        Path.Combine(_options.DataDirectory, $"{Environment.ProcessId}-{product.Name}"), reaper, _cancellation);

    private Bench NewBench(Cluster cluster, int clients) => new()
    {
        Server = cluster,
        Clients = clients,
        Connections = _options.Connections,
        Loops = _options.Loops,
        Duration = _options.Duration,
        ValueBytes = _options.ValueBytes,
        Cancellation = _cancellation,
    };

    private Result Measure(Workload workload, int clients, Cluster[] clusters)
    {
        string title = $"{workload.Name}, {clients} clients, {_options.Members} members";
        foreach (Cluster cluster in clusters.Where(_ => workload.WarmsUp))
        {
            Progress.Say($"{title}: warming up {cluster.Product.Name}");
            WarmUp(workload, NewBench(cluster, clients) with { Rate = WarmUpRate });
        }

        double rate = workload.RateFor(NewBench(clusters[0], clients));

        var samples = new List<Sample>[] { [], [] };
        for (int round = 1; round <= _options.Rounds; round++)
        {
            for (int i = 0; i < clusters.Length; i++)
            {
                Sample sample = workload.Run(NewBench(clusters[i], clients) with { Rate = rate });
                samples[i].Add(sample);
                Progress.Say($"{title}: round {round}, {clusters[i].Product.Name,-4} {SampleText.Brief(workload, sample)}");
            }
        }

        return new Result
        {
            Workload = workload.Name,
            Clients = clients,
            Members = _options.Members,
            ValueBytes = _options.ValueBytes,
            Setting = _setting,
            Reference = samples[0],
            Ours = samples[1],
        };
    }

    private void WarmUp(Workload workload, Bench bench)
    {
        List<double> rates = [];
        double windows = _options.WarmUp / WarmUpWindow;
        while (rates.Count < windows)
        {
            rates.Add(workload.Run(bench with { Duration = WarmUpWindow }).OperationsPerSecond);
            double[] last = [.. rates.TakeLast(WarmUpWindows)];
            if (last.Length == WarmUpWindows && last.Max() - last.Min() < WarmUpTolerance * last.Max())
            {
                return;
            }
        }
    }
}
