using Etcd.Ports.Engine;

namespace Etcd.Benchmarks.Micro;

/// <summary>
/// An engine that keeps nothing and allocates nothing, so that what is measured is the state machine's. A read finds
/// nothing. Used by one thread.
/// </summary>
internal sealed class DiscardingEngine : IKvEngine, IKvBatch, IKvCursor, IKvSnapshot
{
    /// <inheritdoc/>
    public long SizeBytes => 0;

    /// <inheritdoc/>
    public long SizeInUseBytes => 0;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => [];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Value => [];

    /// <inheritdoc/>
    public IKvBatch CreateBatch() => this;

    /// <inheritdoc/>
    public IKvSnapshot OpenSnapshot() => this;

    /// <inheritdoc/>
    public void Write(IKvBatch batch) => Count = 0;

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => null;

    /// <inheritdoc/>
    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) => this;

    /// <inheritdoc/>
    public byte[]? LastKey(Bucket bucket) => null;

    /// <inheritdoc/>
    public bool MoveNext() => false;

    /// <inheritdoc/>
    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Count++;

    /// <inheritdoc/>
    public void Delete(Bucket bucket, ReadOnlySpan<byte> key) => Count++;

    /// <inheritdoc/>
    public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) => Count++;

    /// <inheritdoc/>
    public void Clear() => Count = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
