using Etcd.Benchmarks.Http2;
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
    private readonly CompareOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Setting _setting;
    private readonly Product[] _products;

    private CompareCommand(CompareOptions options, CancellationToken cancellation)
    {
        _options = options;
        _cancellation = cancellation;
        _products = Products.Of(options);
        _setting = Setting.Now(_products[0].Version, _products[1].Version);
    }

    public static int Run(Options arguments, CancellationToken cancellation)
    {
        var options = new CompareOptions(arguments);
        int failures = new CompareCommand(options, cancellation).Run();
        if (options.Output is { } output)
        {
            ReportCommand.Write(output);
        }

        return failures == 0 ? 0 : 1;
    }

    /// <returns>How many cases could not be measured.</returns>
    private int Run()
    {
        using var reaper = new Reaper();
        List<Result> results = [];
        List<string> failures = [];
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
                    try
                    {
                        Result result = Measure(workload, clients, clusters);
                        results.Add(result);
                        ResultStore.Save(result);
                        Console.WriteLine(ConsoleTable.Rows(result));
                    }
                    catch (LoadException failure) when (clusters.All(static cluster => cluster.IsRunning))
                    {
                        failures.Add(failure.Message);
                        Progress.Say(failure.Message);
                    }
                }
            }

            foreach (Cluster cluster in clusters)
            {
                cluster.Stop();
            }
        }

        Console.WriteLine();
        Console.WriteLine(ConsoleTable.Summary(results));
        foreach (string failure in failures)
        {
            Console.WriteLine("not measured: " + failure);
        }

        return failures.Count;
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
            _ = Explained($"{title}, warm-up", () => WarmUp.Run(workload, NewBench(cluster, clients), _options.WarmUp));
        }

        double rate = workload.RateFor(NewBench(clusters[0], clients));

        var samples = new List<Sample>[] { [], [] };
        for (int round = 1; round <= _options.Rounds; round++)
        {
            for (int i = 0; i < clusters.Length; i++)
            {
                Bench bench = NewBench(clusters[i], clients) with { Rate = rate };
                Sample sample = Explained($"{title}, round {round}, {clusters[i].Product.Name}", () => workload.Run(bench));
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
            StoredKeys = workload.UsesStoredKeys ? _options.StoredKeys : null,
            Setting = _setting,
            Reference = samples[0],
            Ours = samples[1],
        };
    }

    /// <summary>Does something; what goes wrong says in which part of the comparison.</summary>
    private static T Explained<T>(string where, Func<T> measure)
    {
        try
        {
            return measure();
        }
        catch (LoadException failure)
        {
            throw new LoadException($"{where}: {failure.Message}", failure);
        }
    }
}
