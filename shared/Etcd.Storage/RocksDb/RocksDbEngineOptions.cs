namespace Etcd.Storage.RocksDb;

/// <summary>Where an engine lives and what it may use. Immutable.</summary>
public sealed record RocksDbEngineOptions
{
    /// <summary>The engine's own directory; created with mode 0700 when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Bound of the cache of table blocks, their indexes and filters, in bytes.</summary>
    /// <remarks>Values of recent revisions are cached above the engine; this serves old ones and scans.</remarks>
    public long BlockCacheSizeBytes { get; init; } = 64 << 20;

    /// <summary>Size in bytes at which a memtable is written out by itself.</summary>
    public long WriteBufferSizeBytes { get; init; } = 64 << 20;

    /// <summary>Memtables in memory at most, the one being filled included; then writes wait for the disk.</summary>
    public int WriteBufferCount { get; init; } = 4;

    /// <summary>Open table files at most; each costs a file descriptor.</summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>Threads for flushes and compactions.</summary>
    public int BackgroundJobs { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);
}
