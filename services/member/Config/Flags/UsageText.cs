using System.Text;

namespace Etcd.Member.Config.Flags;

/// <summary>The texts of <c>--help</c>: a short one for errors and the list of all flags.</summary>
internal static class UsageText
{
    /// <summary>Printed to standard error with every usage error.</summary>
    public const string Short = """
        Usage:

          etcd [flags]
            Run a member of a cluster.

          etcd --version
            Print the version.

          etcd -h | --help
            Print all flags.

          etcd --config-file
            Read the configuration from a file; flags and environment variables are then not looked at.

        """;

    private static readonly (FlagGroup Group, string Title)[] Sections =
    [
        (FlagGroup.Member, "Member"),
        (FlagGroup.Clustering, "Clustering"),
        (FlagGroup.Security, "Security"),
        (FlagGroup.Auth, "Auth"),
        (FlagGroup.Monitoring, "Profiling and Monitoring"),
        (FlagGroup.Logging, "Logging"),
        (FlagGroup.Tracing, "Distributed tracing"),
        (FlagGroup.Proxy, "v2 Proxy (not available; accepted for compatibility)"),
        (FlagGroup.Features, "Features"),
        (FlagGroup.Unsafe, "Unsafe feature"),
    ];

    /// <summary>The list of all flags with their defaults, grouped.</summary>
    public static string Full()
    {
        var text = new StringBuilder();
        foreach (var (group, title) in Sections)
        {
            text.Append('\n').Append(title).Append(":\n");
            foreach (var flag in FlagCatalog.All.Where(flag => flag.Group == group))
            {
                text.Append("  --").Append(flag.Name).Append(" '").Append(DefaultOf(flag)).Append("'\n");
                text.Append("    ").Append(flag.Description).Append('\n');
            }
        }

        text.Append("\nCAUTION: the unsafe flags can break the guarantees of the consensus protocol.\n");
        return text.ToString();
    }

    private static string DefaultOf(FlagDefinition flag) => flag.Name switch
    {
        "data-dir" => "${name}.etcd",
        "initial-cluster" => "default=http://localhost:2380",
        _ => flag.Default,
    };
}
