namespace Etcd.Member.Host;

/// <summary>
/// How the memory that this process may use is shared out among what holds more the more there is to do, so that a
/// member in a small container lives with load that fills a large one's. What clients' requests themselves need, and the
/// index, which grows with the store, have the rest. Immutable.
/// </summary>
/// <remarks>
/// From 4 GiB on everything has the size at which more no longer helps. A container's limit counts for three quarters:
/// as much the runtime lets the collector's heap have.
/// </remarks>
internal sealed class MemoryBudget
{
    private const long MiB = 1 << 20;

    /// <summary>Shares out.</summary>
    /// <param name="availableBytes">What the runtime says that the heap may have.</param>
    public MemoryBudget(long availableBytes)
    {
        LogBytes = Math.Clamp(availableBytes / 16, 16 * MiB, 256 * MiB);
        WatchBytes = Math.Clamp(availableBytes / 16, 16 * MiB, 128 * MiB);
        ValueCacheBytes = Math.Clamp(availableBytes / 16, 8 * MiB, 64 * MiB);
        BlockCacheBytes = Math.Clamp(availableBytes / 16, 8 * MiB, 64 * MiB);
        WriteBufferBytes = Math.Clamp(availableBytes / 64, 4 * MiB, 64 * MiB);
        TransportBytes = Math.Clamp(availableBytes / 16, 16 * MiB, 64 * MiB);
    }

    /// <summary>Of this process, by the limit of its container or the machine's memory.</summary>
    public static MemoryBudget OfProcess { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>Payload of the log that is kept in memory for followers.</summary>
    public long LogBytes { get; }

    /// <summary>Events on their way to clients that do not take them.</summary>
    public long WatchBytes { get; }

    /// <summary>Values that were read.</summary>
    public long ValueCacheBytes { get; }

    /// <summary>Blocks of the engine's files.</summary>
    public long BlockCacheBytes { get; }

    /// <summary>One memtable of the engine, of which there are two at least and eight at most.</summary>
    public long WriteBufferBytes { get; }

    /// <summary>Buffers between sockets and requests that are kept when they are free.</summary>
    public long TransportBytes { get; }
}
