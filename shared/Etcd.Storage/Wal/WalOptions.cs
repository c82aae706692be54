namespace Etcd.Storage.Wal;

/// <summary>How a log is kept. Immutable.</summary>
public sealed record WalOptions
{
    /// <summary>Preallocated size of a segment in bytes, at least 4096; a batch that is bigger extends its file.</summary>
    public long SegmentSizeBytes { get; init; } = 64 << 20;

    /// <summary>Told of each sync; null for nobody.</summary>
    public IWalObserver? Observer { get; init; }

    /// <summary>False to fill a segment only when it is needed, so that a test sees one order of calls.</summary>
    internal bool PrepareInBackground { get; init; } = true;
}
