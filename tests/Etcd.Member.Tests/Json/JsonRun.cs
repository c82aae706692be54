using Etcd.Member.Tests.Host;

namespace Etcd.Member.Tests.Json;

/// <summary>Starts members for requests: they are refused until the cluster's version is decided.</summary>
internal static class JsonRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<TestRun> StartAsync(string directory, HttpClient client)
    {
        var run = TestRun.Start(directory);
        await run.ReadyAsync();
        using var limit = new CancellationTokenSource(Limit);
        string version;
        do
        {
            Assert.False(limit.IsCancellationRequested, "phase: start; expected: a cluster version; actual: none");
            version = await client.GetStringAsync(run.ClientUrl + "/version");
        }
        while (version.Contains("not_decided", StringComparison.Ordinal));
        return run;
    }
}
