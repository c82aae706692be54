using Etcd.Conformance.Tests.Harness;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>Lock and election answer as etcd's do, at a member and through the gateway.</summary>
public sealed class RecipeTests
{
    [Fact]
    public async Task Locks_and_elections_answer_as_etcds_do()
    {
        await using var reference = await Cluster.StartReferenceAsync(1);
        await using var ours = await Cluster.StartOursAsync(1);

        Assert.Equal(
            await TranscriptAsync(reference.Members[0].ClientUrl), await TranscriptAsync(ours.Members[0].ClientUrl));
    }

    [Fact]
    public async Task Locks_and_elections_through_the_gateway_answer_as_etcds_do()
    {
        await using var reference = await Cluster.StartReferenceAsync(1);
        await using var ours = await Cluster.StartOursAsync(3);
        var (gateway, url) = await GatewayProcess.StartAsync(ours);
        await using (gateway)
        {
            Assert.Equal(await TranscriptAsync(reference.Members[0].ClientUrl), await TranscriptAsync(url));
        }
    }

    private static async Task<string> TranscriptAsync(string url)
    {
        using var channel = Channels.To(url);
        return await new RecipeScript(channel).RunAsync();
    }
}
