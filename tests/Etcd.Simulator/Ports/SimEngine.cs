using Etcd.Ports.Engine;
using Etcd.Simulator.Bugs;
using Etcd.Testing;

namespace Etcd.Simulator.Ports;

/// <summary>
/// An engine whose crash leaves the state after some batch that is at least as new as the last completed flush, as the
/// port's contract says. A flush begins at one moment and ends at a later one.
/// </summary>
internal sealed class SimEngine(Bug bug, InMemoryEngine durable) : IKvEngine
{
    private readonly List<(InMemoryEngine State, SimBatch Batch)> _unflushed = [];
    private readonly InMemoryEngine _current = durable.Clone();
    private InMemoryEngine _durable = durable;
    private long _flushed;
    private int _changes;

    /// <summary>Batches written since the engine was opened.</summary>
    public long Written => _flushed + _unflushed.Count;

    public long SizeBytes => _current.SizeBytes;

    public long SizeInUseBytes => _current.SizeBytes;

    public IKvBatch CreateBatch() => new SimBatch();

    public void Write(IKvBatch batch)
    {
        SimBatch changes = ((SimBatch)batch).Copy();
        using IKvBatch inner = _current.CreateBatch();
        changes.CopyTo(inner, change => bug.Writes(change, _changes++));
        _current.Write(inner);
        _current.Flush();
        _unflushed.Add((_current.Clone(), changes));
    }

    /// <summary>Ends a flush that began when <see cref="Written"/> was <paramref name="written"/>.</summary>
    public void CompleteFlush(long written)
    {
        int count = (int)(written - _flushed);
        if (bug.FlushLies || count <= 0)
        {
            return;
        }

        _durable = _unflushed[count - 1].State;
        _unflushed.RemoveRange(0, count);
        _flushed = written;
    }

    public void Flush() => CompleteFlush(Written);

    /// <summary>The content now, for a whole state that is sent.</summary>
    public InMemoryEngine Copy() => _current.Clone();

    /// <summary>The content as of the last flush.</summary>
    public InMemoryEngine DurableCopy() => _durable.Clone();

    /// <summary>What a crash leaves.</summary>
    public InMemoryEngine AfterCrash(Random random)
    {
        int survivors = random.Next(_unflushed.Count + 1);
        InMemoryEngine left = (survivors == 0 ? _durable : _unflushed[survivors - 1].State).Clone();
        if (bug.TearsBatches && survivors < _unflushed.Count)
        {
            using IKvBatch torn = left.CreateBatch();
            _unflushed[survivors].Batch.CopyTo(torn, static change => change.Bucket == Bucket.Meta);
            left.Write(torn);
        }

        left.Flush();
        return left;
    }

    public IKvSnapshot OpenSnapshot() => _current.OpenSnapshot();

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => _current.Get(bucket, key);

    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _current.Scan(bucket, from, to);

    public byte[]? LastKey(Bucket bucket) => _current.LastKey(bucket);

    public void Dispose()
    {
    }
}
