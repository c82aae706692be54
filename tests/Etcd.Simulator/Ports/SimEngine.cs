using Etcd.Ports.Engine;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.Members;
using Etcd.Testing;

namespace Etcd.Simulator.Ports;

/// <summary>
/// The engine's model on a member's disk: a crash leaves the state after some batch that is at least as new as the last
/// completed flush, as the port's contract says. Planted bugs break it here.
/// </summary>
internal sealed class SimEngine(Bug bug, InMemoryEngine durable) : IKvEngine
{
    private readonly InMemoryEngine _content = durable.Clone();
    private int _changes;

    /// <summary>Batches written since the engine was opened.</summary>
    public long Written => _content.WrittenBatches;

    /// <summary>No flush succeeds.</summary>
    public bool IsFull { get; set; }

    public long SizeBytes => _content.SizeBytes;

    public long SizeInUseBytes => _content.SizeInUseBytes;

    public IKvBatch CreateBatch() => new SimBatch(_content.CreateBatch(), () => bug.Writes(_changes++));

    public void Write(IKvBatch batch) => _content.Write(((SimBatch)batch).Inner);

    /// <summary>Ends a flush that began when <see cref="Written"/> was <paramref name="written"/>.</summary>
    public void CompleteFlush(long written)
    {
        bool hasWork = written > _content.WrittenBatches - _content.UnflushedBatches;
        if (IsFull && hasWork && !bug.IgnoresFullDisks)
        {
            throw new IOException("simulated full disk");
        }

        if (!bug.FlushLies && !IsFull)
        {
            _content.CompleteFlush(written);
        }
    }

    public void Flush() => CompleteFlush(Written);

    /// <summary>The content now, for a whole state that is sent.</summary>
    public InMemoryEngine Copy() => _content.Clone();

    /// <summary>The content as of the last flush.</summary>
    public InMemoryEngine DurableCopy() => _content.Crash(survivingBatches: 0);

    /// <summary>What a crash leaves.</summary>
    public InMemoryEngine AfterCrash(Random random)
    {
        int survivors = random.Next(_content.UnflushedBatches + 1);
        InMemoryEngine left = _content.Crash(survivors);
        if (survivors == _content.UnflushedBatches)
        {
            return left;
        }

        return bug.LosesData ? OldStates.Claim(left, _content.Crash(survivors + 1))
            : bug.LosesAppliedIndex ? OldStates.Claim(_content.Crash(survivors + 1), left)
            : left;
    }

    public IKvSnapshot OpenSnapshot() => _content.OpenSnapshot();

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => _content.Get(bucket, key);

    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _content.Scan(bucket, from, to);

    public byte[]? LastKey(Bucket bucket) => _content.LastKey(bucket);

    public void Dispose()
    {
    }
}
