namespace Etcd.Ports.Engine;

/// <summary>
/// An ordered key-value engine that holds a member's whole replicated state. Thread-safe, except that batches
/// are written by one thread. Writes are atomic and seen in order, but durable only once flushed: a crash
/// leaves the state as it was after some written batch, at least the last one before the newest completed
/// <see cref="Flush"/>, never a part of a batch and never a later batch without an earlier one.
/// </summary>
public interface IKvEngine : IKvReader, IDisposable
{
    /// <summary>An empty batch.</summary>
    IKvBatch CreateBatch();

    /// <summary>Applies a batch atomically; visible to reads that start afterwards. The batch is left as it is.</summary>
    void Write(IKvBatch batch);

    /// <summary>
    /// Makes every batch written before the call durable. Blocks for the disk's time; writes and reads go on.
    /// </summary>
    void Flush();

    /// <summary>Pins all buckets as they are now.</summary>
    IKvSnapshot OpenSnapshot();

    /// <summary>Bytes that the engine occupies (<c>dbSize</c>).</summary>
    long SizeBytes { get; }

    /// <summary>Estimated bytes of live data, at most <see cref="SizeBytes"/> (<c>dbSizeInUse</c>).</summary>
    long SizeInUseBytes { get; }
}
