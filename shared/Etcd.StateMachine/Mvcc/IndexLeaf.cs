namespace Etcd.StateMachine.Mvcc;

/// <summary>A leaf of the key index: histories in key order.</summary>
internal sealed class IndexLeaf : IndexNode
{
    private KeyedSlots<LeafEntry> _slots;

    public IndexLeaf(long epoch)
        : base(epoch)
    {
    }

    /// <summary>The history at a position. It may come to be a later history of its key at any time.</summary>
    public KeyHistory this[int position]
    {
        get => _slots[position].History;
        set => _slots[position] = new LeafEntry(value);
    }

    /// <summary>Position of the first key that is not below <paramref name="key"/>.</summary>
    /// <param name="key">The key looked for.</param>
    /// <param name="known">What the search knows, see <see cref="KeyedSlots{T}"/>; 0 always does.</param>
    /// <param name="found">True when it is that very key.</param>
    public int LowerBound(ReadOnlySpan<byte> key, int known, out bool found) =>
        _slots.LowerBound(key, known, Count, out found);

    public void Insert(int position, KeyHistory history)
    {
        _slots.Insert(position, new LeafEntry(history), Count);
        Count++;
    }

    public void RemoveAt(int position)
    {
        _slots.RemoveAt(position, Count);
        Count--;
    }

    public override IndexNode CloneFor(long epoch) =>
        new IndexLeaf(epoch) { Count = Count, Live = Live, _slots = _slots };

    /// <summary>Moves the entries from <paramref name="position"/> on to a new leaf behind this one.</summary>
    public IndexLeaf SplitAt(int position)
    {
        var right = new IndexLeaf(Epoch) { Count = Count - position };
        _slots.MoveTail(position, Count, ref right._slots);
        Count = position;
        for (int i = 0; i < right.Count; i++)
        {
            right.Live += right[i].IsLive ? 1 : 0;
        }

        Live -= right.Live;
        return right;
    }

    /// <summary>Appends all entries of the leaf behind this one; both together fit.</summary>
    public void Absorb(IndexLeaf right)
    {
        _slots.Append(Count, ref right._slots, right.Count);
        Count += right.Count;
        Live += right.Live;
    }
}
