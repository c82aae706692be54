using System.Collections;
using Etcd.ServiceDefaults.CommandLine;
using Etcd.ServiceDefaults.Discovery;

namespace Etcd.Metrics.Configuration;

/// <summary>Reads the service's options.</summary>
internal static class MetricsCommandLine
{
    /// <summary>The flags.</summary>
    public static readonly FlagSet Flags = new(
        "etcd-metrics",
        "One address for the metrics of all members of a cluster.",
        "ETCD_METRICS_",
        new Flag("listen", "URLS", "addresses to serve, plaintext", "http://127.0.0.1:2381"),
        new Flag("endpoints", "URLS", "client URLs of the members", "services__<member>__client__<n> variables"),
        new Flag("scrape-timeout", "DURATION", "how long a member may take to answer", "5s"),
        new Flag("job", "NAME", "value of the label job", "etcd"));

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Something is wrong; the message says what, for the user.</exception>
    public static MetricsOptions Parse(string[] arguments, IDictionary environment)
    {
        var values = Flags.Parse(arguments, environment);
        var (listen, listenSource) = values.Listen("listen");
        return new MetricsOptions
        {
            Listen = ListenAddress.ParseList(listen, listenSource),
            Members = MemberEndpoints.Resolve(
                values.OnCommandLine("endpoints"), Flags.VariableOf("endpoints"), environment),
            ScrapeTimeout = values.Duration("scrape-timeout"),
            Job = values.Text("job"),
            LogLevel = values.LogLevel,
            LogJson = values.LogJson,
        };
    }
}
