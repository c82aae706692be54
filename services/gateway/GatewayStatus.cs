using System.Globalization;
using Etcd.Gateway.Cluster;

namespace Etcd.Gateway;

/// <summary>What the gateway knows, for people. Immutable.</summary>
internal sealed record GatewayStatus(
    string? Leader,
    bool Relay,
    ulong Term,
    IReadOnlyList<GatewayStatus.Member> Members)
{
    /// <summary>The status of a view.</summary>
    public static GatewayStatus Of(ClusterView view) => new(
        view.Leader?.Address.ToString(),
        view.IsRelay,
        view.Term,
        [
            .. view.All.Select(endpoint => new Member(
                endpoint.Address.ToString(),
                endpoint.Observation.MemberId.ToString("x", CultureInfo.InvariantCulture),
                endpoint.Observation.Reach.ToString(),
                endpoint.Calls,
                endpoint.Streams)),
        ]);

    /// <summary>One member; the id is hexadecimal, as etcd's tools print it.</summary>
    internal sealed record Member(string Address, string Id, string Reach, int Calls, int Streams);
}
