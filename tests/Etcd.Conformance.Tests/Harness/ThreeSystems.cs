namespace Etcd.Conformance.Tests.Harness;

/// <summary>
/// Three systems that get the same calls: the reference, a member of ours, and one of ours behind the gateway.
/// Shared by the tests of a class, whose every write goes to all three, so that their revisions stay equal.
/// </summary>
public sealed class ThreeSystems : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _running = [];

    internal Cluster Reference { get; private set; } = null!;

    /// <summary>What is asked, and what it is called when it differs.</summary>
    internal IReadOnlyList<(string Name, string Endpoint)> All { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Task<Cluster>[] starting = [Cluster.StartReferenceAsync(1), Cluster.StartOursAsync(1), Cluster.StartOursAsync(1)];
        Reference = Keep(await starting[0]);
        var member = Keep(await starting[1]);
        var behind = Keep(await starting[2]);
        var (gateway, gatewayUrl) = await GatewayProcess.StartAsync(behind);
        Keep(gateway);
        All = [("etcd", Reference.Endpoints), ("member", member.Endpoints), ("gateway", gatewayUrl)];
    }

    /// <summary>Runs a script against all three at once; they tell the same.</summary>
    internal async Task SameAsync(Func<string, Task<string>> script)
    {
        string[] told = await Task.WhenAll(All.Select(system => script(system.Endpoint)));
        for (int i = 1; i < told.Length; i++)
        {
            Assert.True(told[0] == told[i], $"--- {All[0].Name}\n{told[0]}\n--- {All[i].Name}\n{told[i]}");
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var system in Enumerable.Reverse(_running))
        {
            await system.DisposeAsync();
        }
    }

    private T Keep<T>(T system)
        where T : IAsyncDisposable
    {
        _running.Add(system);
        return system;
    }
}
