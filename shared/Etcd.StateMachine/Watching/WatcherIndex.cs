using Etcd.StateMachine.Leases;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// Watchers by what they watch: single keys in a dictionary, ranges in an interval tree. A watcher is in at most one
/// index. Owned by the shard loop.
/// </summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<byte[], List<Watcher>> _byKey = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], List<Watcher>>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly IntervalTree _ranges = new();

    public WatcherIndex() => _bySpan = _byKey.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Number of watchers.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a watcher that is in no index.</summary>
    public void Add(Watcher watcher)
    {
        if (watcher.IndexSet is not null)
        {
            throw new InvalidOperationException($"watcher {watcher.Id} is indexed already, state {watcher.State}");
        }

        List<Watcher> set = watcher.IsRange ? _ranges.GetOrAdd(watcher.Key, watcher.End) : SetOf(watcher.Key);
        watcher.IndexSet = set;
        watcher.IndexSlot = set.Count;
        set.Add(watcher);
        Count++;
    }

    /// <summary>Removes a watcher that is in this index.</summary>
    public void Remove(Watcher watcher)
    {
        List<Watcher> set = watcher.IndexSet
            ?? throw new InvalidOperationException($"watcher {watcher.Id} is not indexed, state {watcher.State}");
        Watcher last = set[^1];
        set[watcher.IndexSlot] = last;
        last.IndexSlot = watcher.IndexSlot;
        set.RemoveAt(set.Count - 1);
        watcher.IndexSet = null;
        Count--;
        if (set.Count != 0)
        {
            return;
        }

        if (watcher.IsRange)
        {
            _ranges.Remove(watcher.Key, watcher.End);
        }
        else
        {
            _byKey.Remove(watcher.Key);
        }
    }

    /// <summary>Adds every watcher of a key, each once, in an order that depends on the calls alone.</summary>
    public void Collect(ReadOnlySpan<byte> key, List<Watcher> found)
    {
        if (_bySpan.TryGetValue(key, out List<Watcher>? set))
        {
            found.AddRange(set);
        }

        _ranges.Collect(key, found);
    }

    private List<Watcher> SetOf(byte[] key)
    {
        if (!_byKey.TryGetValue(key, out List<Watcher>? set))
        {
            _byKey.Add(key, set = []);
        }

        return set;
    }
}
