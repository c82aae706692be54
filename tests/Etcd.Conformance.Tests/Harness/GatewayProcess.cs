namespace Etcd.Conformance.Tests.Harness;

/// <summary>Our gateway in front of a cluster.</summary>
internal static class GatewayProcess
{
    /// <summary>Starts a gateway and waits until it is healthy.</summary>
    public static async Task<(ServerProcess Process, string Url)> StartAsync(Cluster cluster)
    {
        string url = $"http://127.0.0.1:{Ports.Take()}";
        var process = ServerProcess.Start(
            "gateway", Built.Gateway, [$"--listen={url}", $"--endpoints={cluster.Endpoints}"],
            Path.Combine(cluster.Folder, "gateway.log"));
        await process.UntilAnswersAsync($"{url}/health");
        return (process, url);
    }
}
