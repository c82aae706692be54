using System.Reflection;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>Where the build put the programs under test.</summary>
internal static class Built
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Member { get; } = Program("services/member", "etcd.dll");

    public static string Gateway { get; } = Program("services/gateway", "Etcd.Gateway.dll");

    public static string Metrics { get; } = Program("services/metrics", "Etcd.Metrics.dll");

    public static string AppHost { get; } = Program("apphost", "Etcd.AppHost.dll");

    private static string Program(string folder, string file) =>
        Path.Combine(RepositoryRoot, folder, Metadata("OutputSubfolder"), file);

    private static string Metadata(string key) => typeof(Built).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
