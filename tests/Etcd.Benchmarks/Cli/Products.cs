using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Cli;

/// <summary>Finds or makes the two programs that are compared.</summary>
internal static class Products
{
    /// <summary>The real etcd, then ours.</summary>
    public static Product[] Of(SideBySideOptions options) =>
        [Reference(options.EtcdDirectory, options.Suite), Ours(options.OurDirectory)];

    private static Product Reference(string? directory, string suite) => Product.In("etcd", directory ?? Tool.Run(
        "bash", [Path.Combine(Repository.Root, "eng/get-etcd.sh"), Path.Combine(Repository.Root, ".tools/etcd"), suite]));

    private static Product Ours(string? directory)
    {
        if (directory is not null)
        {
            return Product.In("ours", directory);
        }

        string published = Path.Combine(Repository.Artifacts, "member");
        Progress.Say("publishing services/member");
        _ = Tool.Run("dotnet", ["publish", Path.Combine(Repository.Root, "services/member"), "-c", "Release", "-o", published]);
        return Product.In("ours", published);
    }
}
