namespace Etcd.StateMachine.Mvcc;

/// <summary>A leaf of the key index: histories in key order.</summary>
internal sealed class IndexLeaf : IndexNode
{
    /// <summary>The keys, ascending; the same arrays as the histories', kept here so that a search stays in one
    /// cache line per comparison.</summary>
    public readonly byte[][] Keys = new byte[Capacity][];

    /// <summary>The histories of <see cref="Keys"/>. A slot may come to hold a later history of its key at any time.
    /// </summary>
    public readonly KeyHistory[] Histories = new KeyHistory[Capacity];

    public IndexLeaf(long epoch)
        : base(epoch)
    {
    }

    /// <summary>Position of the first key that is not below <paramref name="key"/>.</summary>
    public int LowerBound(ReadOnlySpan<byte> key, out bool found)
    {
        byte[][] keys = Keys;
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            int order = key.SequenceCompareTo(keys[middle]);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order > 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        found = false;
        return low;
    }

    public void Insert(int position, KeyHistory history)
    {
        int moved = Count - position;
        if (moved > 0)
        {
            Array.Copy(Keys, position, Keys, position + 1, moved);
            Array.Copy(Histories, position, Histories, position + 1, moved);
        }

        Keys[position] = history.Key;
        Histories[position] = history;
        Count++;
    }

    public void RemoveAt(int position)
    {
        int moved = Count - position - 1;
        Array.Copy(Keys, position + 1, Keys, position, moved);
        Array.Copy(Histories, position + 1, Histories, position, moved);
        Count--;
        Keys[Count] = null!;
        Histories[Count] = null!;
    }

    public override IndexNode CloneFor(long epoch)
    {
        var copy = new IndexLeaf(epoch) { Count = Count, Live = Live };
        Array.Copy(Keys, copy.Keys, Count);
        Array.Copy(Histories, copy.Histories, Count);
        return copy;
    }

    /// <summary>Moves the entries from <paramref name="position"/> on to a new leaf behind this one.</summary>
    public IndexLeaf SplitAt(int position)
    {
        var right = new IndexLeaf(Epoch) { Count = Count - position };
        Array.Copy(Keys, position, right.Keys, 0, right.Count);
        Array.Copy(Histories, position, right.Histories, 0, right.Count);
        Array.Clear(Keys, position, right.Count);
        Array.Clear(Histories, position, right.Count);
        Count = position;
        for (int i = 0; i < right.Count; i++)
        {
            right.Live += right.Histories[i].IsLive ? 1 : 0;
        }

        Live -= right.Live;
        return right;
    }

    /// <summary>Appends all entries of the leaf behind this one; both together fit.</summary>
    public void Absorb(IndexLeaf right)
    {
        Array.Copy(right.Keys, 0, Keys, Count, right.Count);
        Array.Copy(right.Histories, 0, Histories, Count, right.Count);
        Count += right.Count;
        Live += right.Live;
    }
}
