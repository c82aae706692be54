using Aspire.Hosting;
using Etcd.AppHost;

// The system, drawn:
//
//     applications, etcdctl ──► gateway :2379 ──► member1 :12379 ─┐
//                                           ├──► member2 :22379 ─┼─ peers :12380 :22380 :32380
//                                           └──► member3 :32379 ─┘
//     Prometheus ────────────► metrics :2381 ──► every member's /metrics
if (!AppHostOptions.TryParse(args, Console.Out, Console.Error, out var options, out int exitCode))
{
    return exitCode;
}

var builder = DistributedApplication.CreateBuilder([$"--Aspire:Store:Path={options.StateDirectory}"]);
var topology = new ClusterTopology(options);

var members = topology.Members.Select(member => builder
    .AddProject<Projects.Etcd_Member>(member.Name)
    .WithHttpEndpoint(port: member.ClientPort, name: "client", isProxied: false)
    .WithHttpEndpoint(port: member.PeerPort, name: "peer", isProxied: false)
    .WithArgs(
        $"--name={member.Name}",
        $"--data-dir={Path.Combine(options.StateDirectory, member.Name)}",
        $"--listen-client-urls={member.ClientUrl}",
        $"--advertise-client-urls={member.ClientUrl}",
        $"--listen-peer-urls={member.PeerUrl}",
        $"--initial-advertise-peer-urls={member.PeerUrl}",
        $"--initial-cluster={topology.InitialCluster}",
        "--initial-cluster-token=etcd-apphost",
        "--initial-cluster-state=new")
    .WithHttpHealthCheck("/health", endpointName: "client")).ToArray();

var gateway = builder
    .AddProject<Projects.Etcd_Gateway>("gateway")
    .WithHttpEndpoint(port: options.GatewayPort, name: "client", isProxied: false)
    .WithArgs($"--listen=http://127.0.0.1:{options.GatewayPort}")
    .WithHttpHealthCheck("/health", endpointName: "client");

var metrics = builder
    .AddProject<Projects.Etcd_Metrics>("metrics")
    .WithHttpEndpoint(port: options.MetricsPort, name: "metrics", isProxied: false)
    .WithArgs($"--listen=http://127.0.0.1:{options.MetricsPort}")
    .WithHttpHealthCheck("/health", endpointName: "metrics");

foreach (var member in members)
{
    gateway.WithReference(member.GetEndpoint("client")).WaitFor(member);
    metrics.WithReference(member.GetEndpoint("client")).WaitFor(member);
}

await builder.Build().RunAsync();
return Environment.ExitCode;
