using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Servers;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>Loads a server that runs already, one figure a second, for looking at it meanwhile.</summary>
internal static class RunCommand
{
    public static int Run(Options options, CancellationToken cancellation)
    {
        string target = options.Text("target") ?? throw new UsageException("--target is missing");
        string name = options.Text("workload") ?? throw new UsageException("--workload is missing");
        Workload workload = WorkloadNames.One(name, options.StoredKeys());
        if (!Uri.TryCreate(target, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme != "http")
        {
            throw new UsageException($"--target takes a URL as http://127.0.0.1:2379, not '{target}'");
        }

        var bench = new Bench
        {
            Server = new RunningServer([endpoint], options.Numbers("pids") ?? []),
            Clients = options.Number("clients", workload.Clients.LastOrDefault(1)),
            Connections = options.Number("connections", 10),
            Loops = options.Number("loops", 1),
            Duration = TimeSpan.FromSeconds(options.Real("seconds", 10)),
            ValueBytes = options.Number("value-bytes", 256),
            Rate = options.Real("rate", 1000),
            Cancellation = cancellation,
        };
        bool preload = options.Text("preload", "yes") switch
        {
            "yes" => true,
            "no" => false,
            string other => throw new UsageException($"--preload takes yes or no, not '{other}'"),
        };
        options.RefuseUnknown();
        Preload.Run(bench, preload ? workload.StoredKeys : 0);
        Console.WriteLine(SampleText.Describe(workload, workload.Run(bench)));
        return 0;
    }
}
