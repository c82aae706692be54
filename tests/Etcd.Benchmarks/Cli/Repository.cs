using System.Reflection;

namespace Etcd.Benchmarks.Cli;

/// <summary>Where the tool finds and leaves things.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "RepositoryRoot").Value!; // The project file sets it.

    /// <summary>Builds, data, results: nothing that is kept under version control.</summary>
    public static string Artifacts { get; } = Path.Combine(Root, "artifacts", "benchmarks");
}
