using System.Collections.Frozen;

namespace Etcd.Member.Config.Flags;

/// <summary>
/// Every flag of etcd 3.5 and the additions of 3.6, in the order of the usage text (etcd's
/// <c>server/etcdmain/config.go</c>). Values: the 3.5 default.
/// </summary>
internal static partial class FlagCatalog
{
    /// <summary>All flags.</summary>
    public static IReadOnlyList<FlagDefinition> All { get; } =
    [
        new("config-file", FlagKind.Text, "", FlagGroup.Hidden, "File that holds the whole configuration."),
        new("version", FlagKind.Bool, "false", FlagGroup.Hidden, "Print the version and exit."),
        .. Member(),
        .. Clustering(),
        .. Discovery(),
        .. Security(),
        .. Auth(),
        .. Monitoring(),
        .. Logging(),
        .. Tracing(),
        .. Proxy(),
        .. Features(),
        .. Unsafe(),
        .. Ignored(),
    ];

    /// <summary>All flags by name.</summary>
    public static FrozenDictionary<string, FlagDefinition> ByName { get; } =
        All.ToFrozenDictionary(flag => flag.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FlagDefinition> Predecessors =
        All.Where(flag => flag.RenamedTo is not null)
            .ToFrozenDictionary(flag => flag.RenamedTo!, StringComparer.Ordinal);

    /// <summary>The older flag that <paramref name="name"/> replaces; null when there is none.</summary>
    public static FlagDefinition? PredecessorOf(string name) => Predecessors.GetValueOrDefault(name);

    /// <summary>Two flags of one setting: the <c>experimental-</c> name of 3.5 and the name of 3.6.</summary>
    private static IEnumerable<FlagDefinition> Renamed(
        string name, FlagKind kind, string value, FlagGroup group, string text, FlagEffect effect = FlagEffect.Honoured)
    {
        yield return new("experimental-" + name, kind, value, group, text) { RenamedTo = name, Effect = effect };
        yield return new(name, kind, value, group, $"Newer name of --experimental-{name}.") { Effect = effect };
    }

    private static IEnumerable<FlagDefinition> Ignored() => IgnoredNames()
        .Select(name => new FlagDefinition(name, FlagKind.Ignored, "", FlagGroup.Hidden, "No longer used."));

    private static IEnumerable<string> IgnoredNames() =>
    [
        "cluster-active-size", "cluster-remove-delay", "cluster-sync-interval", "config", "force",
        "max-result-buffer", "max-retry-attempts", "peer-heartbeat-interval", "peer-election-timeout",
        "retry-interval", "snapshot", "v", "vv",
    ];
}
