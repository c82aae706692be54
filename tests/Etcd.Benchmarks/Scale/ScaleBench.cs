using Etcd.Benchmarks.Cli;
using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Servers;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Scale;

/// <summary>Both products, running, and how they are measured in turn. Used by one thread.</summary>
internal sealed class ScaleBench : IDisposable
{
    // One caller alone would not make a server warm in the time.
    private const int WarmUpClients = 16;

    private readonly ScaleOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Cluster[] _clusters;
    private readonly HashSet<string> _warm = [];

    /// <summary>Starts both.</summary>
    public ScaleBench(
        ScaleOptions options, IReadOnlyList<Product> products, int members, Reaper reaper, CancellationToken cancellation)
    {
        _options = options;
        _cancellation = cancellation;
        _clusters =
        [
            .. products.Select(product => new Cluster(
                product, members, Path.Combine(options.DataDirectory, $"{Environment.ProcessId}-{product.Name}"), reaper,
                cancellation)),
        ];
        foreach (Cluster cluster in _clusters)
        {
            _ = cluster.Start();
        }
    }

    /// <summary>Keys that <see cref="Store"/> has put so far.</summary>
    public int StoredKeys { get; private set; }

    /// <summary>Fills both up to a number of keys.</summary>
    /// <returns>What each had in memory at most since the last measurement.</returns>
    public ScaleSamples Store(int keys, int valueBytes = 0)
    {
        Sample[] samples = [.. _clusters.Select(cluster =>
        {
            if (keys > StoredKeys)
            {
                Progress.Say($"storing {keys - StoredKeys:N0} keys in {cluster.Product.Name}");
                Preload.Run(BenchOf(cluster) with { ValueBytes = valueBytes > 0 ? valueBytes : _options.ValueBytes },
                    StoredKeys, keys);
            }

            return new Sample { Operations = keys, Seconds = 0, PeakMemoryBytes = cluster.Usage().PeakMemoryBytes };
        })];
        StoredKeys = Math.Max(keys, StoredKeys);
        return new ScaleSamples([samples[0]], [samples[1]]);
    }

    /// <summary>Warms up what is not warm yet, then measures both in turn.</summary>
    /// <param name="workload">The work.</param>
    /// <param name="clients">Calls in flight.</param>
    /// <param name="change">What else differs; null for nothing.</param>
    /// <param name="tidy">Done after the warm-up and each measurement, uncounted; null for nothing.</param>
    public ScaleSamples Measure(
        Workload workload, int clients, Func<Bench, Bench>? change = null, Action<Bench>? tidy = null)
    {
        var samples = new List<Sample>[] { [], [] };
        var failed = new bool[_clusters.Length];
        int warmUps = workload.WarmsUp && _warm.Add(workload.Name) ? 1 : 0;
        for (int round = 1 - warmUps; round <= _options.Rounds; round++)
        {
            for (int i = 0; i < _clusters.Length; i++)
            {
                if (failed[i])
                {
                    continue;
                }

                Cluster cluster = _clusters[i];
                Bench bench = BenchOf(cluster) with { Clients = clients };
                bench = change?.Invoke(bench) ?? bench;
                string title = $"{workload.Name}, {clients:N0} clients, {cluster.Product.Name}";
                try
                {
                    if (round == 0)
                    {
                        Progress.Say($"{title}: warming up");
                        _ = WarmUp.Run(workload, bench with { Clients = Math.Max(clients, WarmUpClients) }, _options.WarmUp);
                    }
                    else
                    {
                        samples[i].Add(workload.Run(bench));
                        Progress.Say($"{title}, round {round}: {Reports.SampleText.Brief(workload, samples[i][^1])}");
                    }

                    tidy?.Invoke(bench);
                }
                catch (LoadException failure) when (cluster.IsRunning)
                {
                    Progress.Say($"{title}, round {round}: not measured: {failure.Message}");
                    failed[i] = true;
                    samples[i].Clear();
                }
            }
        }

        if (workload is StartWorkload)
        {
            _warm.Clear();
        }

        return new ScaleSamples(samples[0], samples[1]);
    }

    public void Dispose()
    {
        foreach (Cluster cluster in _clusters)
        {
            cluster.Stop();
            cluster.Dispose();
        }
    }

    private Bench BenchOf(Cluster cluster) => new()
    {
        Server = cluster,
        Clients = 1,
        Connections = _options.Connections,
        Loops = 1,
        Duration = _options.Duration,
        ValueBytes = _options.ValueBytes,
        Cancellation = _cancellation,
    };
}
