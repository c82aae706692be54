using Etcd.Ports.Engine;

namespace Etcd.Simulator.Ports;

/// <summary>A batch that remembers its changes.</summary>
internal sealed class SimBatch : IKvBatch
{
    private readonly List<SimChange> _changes = [];

    public int Count => _changes.Count;

    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        _changes.Add(new SimChange(bucket, key.ToArray(), value.ToArray(), null));

    public void Delete(Bucket bucket, ReadOnlySpan<byte> key) =>
        _changes.Add(new SimChange(bucket, key.ToArray(), null, null));

    public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _changes.Add(new SimChange(bucket, from.ToArray(), null, to.ToArray()));

    public void Clear() => _changes.Clear();

    public SimBatch Copy()
    {
        SimBatch copy = new();
        copy._changes.AddRange(_changes);
        return copy;
    }

    public void CopyTo(IKvBatch other, Func<SimChange, bool> wanted)
    {
        foreach (SimChange change in _changes)
        {
            if (!wanted(change))
            {
                continue;
            }

            if (change.To is not null)
            {
                other.DeleteRange(change.Bucket, change.Key, change.To);
            }
            else if (change.Value is null)
            {
                other.Delete(change.Bucket, change.Key);
            }
            else
            {
                other.Put(change.Bucket, change.Key, change.Value);
            }
        }
    }

    public void Dispose()
    {
    }
}
