using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>What a comparison is to do.</summary>
internal sealed record CompareOptions : SideBySideOptions
{
    public CompareOptions(Options options)
        : base(options, rounds: 5)
    {
        StoredKeys = options.StoredKeys();
        Workloads = WorkloadNames.Parse(options.Text("workloads", "put,range,watch"), StoredKeys);
        Members = options.Number("members", 1);
        Clients = options.Numbers("clients");
        Loops = options.Number("loops", 1);
        options.RefuseUnknown();
    }

    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Null: each workload's own.</summary>
    public int? StoredKeys { get; }

    public int Members { get; }

    /// <summary>Null: each workload's own.</summary>
    public IReadOnlyList<int>? Clients { get; }

    public int Loops { get; }

    /// <summary>The cases of a workload.</summary>
    public IReadOnlyList<int> ClientsOf(Workload workload) => Clients ?? workload.Clients;
}
