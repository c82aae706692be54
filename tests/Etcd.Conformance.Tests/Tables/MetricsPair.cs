using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>A pair with all metrics, and what both showed right after their start.</summary>
public sealed class MetricsPair : IAsyncLifetime
{
    internal Pair Pair { get; private set; } = null!;

    internal Scrape ReferenceAtStart { get; private set; } = null!;

    internal Scrape OursAtStart { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Pair = await Pair.StartAsync("--metrics=extensive");
        ReferenceAtStart = await StartedAsync(Pair.ReferenceMember);
        OursAtStart = await StartedAsync(Pair.OurMember);
    }

    public async Task DisposeAsync() => await Pair.DisposeAsync();

    /// <summary>The start is over when the version of the cluster is decided.</summary>
    internal static async Task<Scrape> StartedAsync(Cluster.Member member)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var scrape = await Scrape.OfAsync(member);
            if (scrape["etcd_cluster_version{cluster_version=\"3.5\"}"] > 0)
            {
                return scrape;
            }

            Assert.False(
                limit.IsCancellationRequested, $"phase: start of {member.Name}; expected: a cluster version; actual: none");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
