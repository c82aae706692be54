using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>What a comparison is to do.</summary>
internal sealed record CompareOptions
{
    public CompareOptions(Options options)
    {
        StoredKeys = options.StoredKeys();
        Workloads = WorkloadNames.Parse(options.Text("workloads", "put,range,watch"), StoredKeys);
        Members = options.Number("members", 1);
        Rounds = options.Number("rounds", 5);
        Duration = TimeSpan.FromSeconds(options.Real("seconds", 5));
        WarmUp = TimeSpan.FromSeconds(options.Real("warmup", 20));
        Clients = options.Numbers("clients");
        Connections = options.Number("connections", 10);
        Loops = options.Number("loops", 1);
        ValueBytes = options.Number("value-bytes", 256);
        EtcdDirectory = options.Text("etcd");
        Suite = options.Text("suite", "sid");
        OurDirectory = options.Text("ours");
        DataDirectory = options.Text("data", Path.Combine(Repository.Artifacts, "data"));
        Output = options.Text("output");
        options.RefuseUnknown();
    }

    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Null: each workload's own.</summary>
    public int? StoredKeys { get; }

    public int Members { get; }

    public int Rounds { get; }

    public TimeSpan Duration { get; }

    public TimeSpan WarmUp { get; }

    /// <summary>Null: each workload's own.</summary>
    public IReadOnlyList<int>? Clients { get; }

    public int Connections { get; }

    public int Loops { get; }

    public int ValueBytes { get; }

    public string? EtcdDirectory { get; }

    public string Suite { get; }

    public string? OurDirectory { get; }

    public string DataDirectory { get; }

    public string? Output { get; }

    /// <summary>The cases of a workload.</summary>
    public IReadOnlyList<int> ClientsOf(Workload workload) => Clients ?? workload.Clients;
}
