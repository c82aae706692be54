using System.Globalization;

namespace Etcd.AppHost;

/// <summary>Who is in the cluster and on which ports. Immutable.</summary>
internal sealed class ClusterTopology(AppHostOptions options)
{
    /// <summary>All members, member1 first.</summary>
    public IReadOnlyList<MemberPlace> Members { get; } =
        [.. Enumerable.Range(1, options.Members).Select(number => new MemberPlace(
            $"member{number}",
            ClientPort: (number * 10_000) + 2379 + options.PortOffset,
            PeerPort: (number * 10_000) + 2380 + options.PortOffset))];

    /// <summary>The value of <c>--initial-cluster</c>.</summary>
    public string InitialCluster =>
        string.Join(',', Members.Select(member => $"{member.Name}={member.PeerUrl}"));

    /// <summary>One member's name and ports.</summary>
    internal sealed record MemberPlace(string Name, int ClientPort, int PeerPort)
    {
        public string ClientUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ClientPort}");

        public string PeerUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PeerPort}");
    }
}
