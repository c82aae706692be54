using System.Globalization;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>
/// The same etcdctl calls against a reference cluster and, through the gateway, against ours print the same,
/// ids and addresses aside.
/// </summary>
public sealed class EtcdctlOutputTests
{
    /// <summary>Without it a change of the members is refused until all were connected for five seconds.</summary>
    private const string NoReconfigCheck = "--strict-reconfig-check=false";

    [Fact]
    public async Task Etcdctl_through_the_gateway_prints_what_it_prints_against_etcd()
    {
        await using var reference = await Cluster.StartReferenceAsync(3, NoReconfigCheck);
        await using var ours = await Cluster.StartOursAsync(3, NoReconfigCheck);
        var (gateway, gatewayUrl) = await GatewayProcess.StartAsync(ours);
        await using var gatewayScope = gateway;

        var expected = new EtcdctlSession(reference.Members[0].ClientUrl);
        var actual = new EtcdctlSession(gatewayUrl);
        foreach (var step in Script.Steps)
        {
            await Task.Delay(step.Pause);
            string wanted = await expected.TypeAsync(step.Kind, step.Input, step.Arguments);
            string got = await actual.TypeAsync(step.Kind, step.Input, step.Arguments);

            Assert.True(
                wanted == got,
                $"etcdctl {string.Join(' ', step.Arguments)}\n--- etcd\n{wanted}\n--- ours\n{got}");
        }

        Assert.Equal(await MoveLeaderAsync(reference, endpoint: null), await MoveLeaderAsync(ours, gatewayUrl));
    }

    /// <summary>Makes a follower lead.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoint">Whom to ask; null for the leader itself.</param>
    private static async Task<string> MoveLeaderAsync(Cluster cluster, string? endpoint)
    {
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(30));
        var follower = cluster.Members.First(member => member != leader);
        var header = (await follower.Maintenance.StatusAsync(new StatusRequest())).Header;
        var session = new EtcdctlSession(endpoint ?? leader.ClientUrl);
        await session.RunAsync("move-leader", header.MemberId.ToString("x", CultureInfo.InvariantCulture));
        var next = await cluster.LeaderAsync(TimeSpan.FromSeconds(30));
        Assert.Same(follower, next);
        return Mask.Output(session.Transcript, sortLines: false);
    }
}
