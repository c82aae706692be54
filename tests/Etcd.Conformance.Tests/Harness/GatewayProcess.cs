using Etcd.Testing;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>Our gateway in front of a cluster.</summary>
internal static class GatewayProcess
{
    /// <summary>Starts a gateway and waits until it is healthy.</summary>
    public static Task<(ServerProcess Process, string Url)> StartAsync(Cluster cluster) =>
        StartAsync(cluster, new Dictionary<string, string>());

    /// <summary>Starts a gateway with variables of its own in its environment.</summary>
    public static async Task<(ServerProcess Process, string Url)> StartAsync(
        Cluster cluster, IReadOnlyDictionary<string, string> environment)
    {
        string url = $"http://127.0.0.1:{FreePorts.Take()}";
        var process = ServerProcess.Start(
            "gateway", Built.Gateway, [$"--listen={url}", $"--endpoints={cluster.Endpoints}"],
            Path.Combine(cluster.Folder, "gateway.log"), environment);
        await process.UntilAnswersAsync($"{url}/health");
        return (process, url);
    }
}
