using static Etcd.Member.Config.Flags.FlagKind;

namespace Etcd.Member.Config.Flags;

internal static partial class FlagCatalog
{
    private static IEnumerable<FlagDefinition> Clustering() =>
    [
        new("initial-advertise-peer-urls", Urls, "http://localhost:2380", FlagGroup.Clustering,
            "Peer URLs of this member as the others reach it."),
        new("initial-cluster", Text, "", FlagGroup.Clustering,
            "Members of the new cluster: name=url, comma separated."),
        new("initial-cluster-state", Choice, "new", FlagGroup.Clustering,
            "new for a new cluster, existing to join one; not looked at once data exists.")
            { Choices = ["new", "existing"] },
        new("initial-cluster-token", Text, "etcd-cluster", FlagGroup.Clustering,
            "Token that keeps the ids of different clusters apart."),
        new("advertise-client-urls", Urls, "http://localhost:2379", FlagGroup.Clustering,
            "Client URLs of this member as clients reach it."),
        new("strict-reconfig-check", Bool, "true", FlagGroup.Clustering,
            "Refuse membership changes that would cost the quorum."),
        new("pre-vote", Bool, "true", FlagGroup.Clustering, "Ask before an election whether it can be won."),
        new("auto-compaction-retention", Text, "0", FlagGroup.Clustering,
            "History that automatic compaction keeps; 0 switches it off."),
        new("auto-compaction-mode", Text, "periodic", FlagGroup.Clustering,
            "periodic: retention is a duration (hours when without unit); revision: it is a number of revisions."),
        new("enable-v2", Bool, "false", FlagGroup.Clustering, "Version 2 of the client API; not available."),
        new("v2-deprecation", Choice, "not-yet", FlagGroup.Clustering, "Stage of the version 2 store's removal.")
        {
            Choices = ["not-yet", "write-only", "write-only-skip-check", "write-only-drop-data", "gone"],
            Effect = FlagEffect.None,
        },
        new("experimental-enable-v2v3", Text, "", FlagGroup.Clustering,
            "Version 2 of the client API on top of version 3; not available."),
    ];

    private static IEnumerable<FlagDefinition> Discovery() =>
    [
        Unused("discovery", Text, "", "URL of a version 2 discovery service."),
        new("discovery-fallback", Choice, "proxy", FlagGroup.Clustering,
            "What to do when discovery finds a full cluster.")
            { Choices = ["proxy", "exit"], Effect = FlagEffect.None },
        Unused("discovery-proxy", Text, "", "HTTP proxy towards the discovery service."),
        new("discovery-srv", Text, "", FlagGroup.Clustering, "DNS domain whose SRV records name the members."),
        Unused("discovery-srv-name", Text, "", "Suffix of the SRV service names."),
        Unused("discovery-token", Text, "", "Token of the cluster at a version 3 discovery service."),
        Unused("discovery-endpoints", TextList, "", "Endpoints of a version 3 discovery service."),
        Unused("discovery-dial-timeout", Duration, "2s", "Time to connect to the discovery service."),
        Unused("discovery-request-timeout", Duration, "5s", "Time for a request to the discovery service."),
        Unused("discovery-keepalive-time", Duration, "2s", "Time between pings of the discovery service."),
        Unused("discovery-keepalive-timeout", Duration, "6s", "Time that the discovery service has to answer a ping."),
        Unused("discovery-insecure-transport", Bool, "true", "Reach the discovery service without TLS."),
        Unused("discovery-insecure-skip-tls-verify", Bool, "false",
            "Do not check the discovery service's certificate."),
        Unused("discovery-cert", Text, "", "Client certificate for the discovery service."),
        Unused("discovery-key", Text, "", "Client key for the discovery service."),
        Unused("discovery-cacert", Text, "", "Authorities that vouch for the discovery service."),
        Unused("discovery-user", Text, "", "User at the discovery service."),
        Unused("discovery-password", Text, "", "Password at the discovery service."),
    ];

    private static FlagDefinition Unused(string name, FlagKind kind, string value, string text) =>
        new(name, kind, value, FlagGroup.Clustering, text) { Effect = FlagEffect.None };
}
