using System.Collections;
using Etcd.ServiceDefaults.CommandLine;
using Etcd.ServiceDefaults.Discovery;

namespace Etcd.Gateway.Configuration;

/// <summary>Reads the gateway's options.</summary>
internal static class GatewayCommandLine
{
    /// <summary>The flags.</summary>
    public static readonly FlagSet Flags = new(
        "etcd-gateway",
        "One address for a cluster: gRPC and HTTP/1.1 on one plaintext port.",
        "ETCD_GATEWAY_",
        new Flag("listen", "URLS", "addresses to serve, plaintext", "http://127.0.0.1:2379"),
        new Flag("endpoints", "URLS", "client URLs of the members", "services__<member>__client__<n> variables"),
        new Flag("leader-wait", "DURATION", "how long an unsent request waits for a leader", "5s"),
        new Flag("poll-interval", "DURATION", "time between two looks at a member", "250ms"),
        new Flag("watch-routing", "spread|leader", "who serves watches", "spread"),
        new Flag("discovery", "true|false", "use members that only the cluster names", "true"));

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Something is wrong; the message says what, for the user.</exception>
    public static GatewayOptions Parse(string[] arguments, IDictionary environment)
    {
        var values = Flags.Parse(arguments, environment);
        var (listen, listenSource) = values.Listen("listen");
        return new GatewayOptions
        {
            Listen = ListenAddress.ParseList(listen, listenSource),
            Members = MemberEndpoints.Resolve(
                values.OnCommandLine("endpoints"), Flags.VariableOf("endpoints"), environment),
            LeaderWait = values.Duration("leader-wait"),
            PollInterval = values.Duration("poll-interval"),
            SpreadWatches = values.Choice("watch-routing", "spread", "leader"),
            DiscoverMembers = values.Choice("discovery", "true", "false"),
            LogLevel = values.LogLevel,
            LogJson = values.LogJson,
        };
    }
}
