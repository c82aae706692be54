namespace Etcd.Benchmarks.Scale;

/// <summary>All dimensions, in the order of the document.</summary>
internal static class ScaleCatalog
{
    public static IReadOnlyList<ScaleDimension> All { get; } =
        [new KeysDimension(), new ValuesDimension(), new WatchersDimension(), new ClientsDimension(), new MembersDimension()];
}
