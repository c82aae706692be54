using Etcd.Ports.Engine;

namespace Etcd.Simulator.Ports;

/// <summary>A batch of the model that takes only the changes which a planted bug lets through.</summary>
internal sealed class SimBatch(IKvBatch inner, Func<bool> takes) : IKvBatch
{
    public IKvBatch Inner => inner;

    public int Count => inner.Count;

    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (takes())
        {
            inner.Put(bucket, key, value);
        }
    }

    public void Delete(Bucket bucket, ReadOnlySpan<byte> key)
    {
        if (takes())
        {
            inner.Delete(bucket, key);
        }
    }

    public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        if (takes())
        {
            inner.DeleteRange(bucket, from, to);
        }
    }

    public void Clear() => inner.Clear();

    public void Dispose() => inner.Dispose();
}
