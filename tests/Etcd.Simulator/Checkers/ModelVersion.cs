namespace Etcd.Simulator.Checkers;

/// <summary>A key after one change; <see cref="Value"/> is null after a deletion.</summary>
internal sealed record ModelVersion(
    string Key, long ModRevision, long CreateRevision, long Version, string? Value, long Lease)
{
    public bool IsLive => Value is not null;

    /// <summary>The key as it was before this change, when it existed then.</summary>
    public ModelVersion? Previous { get; init; }
}
