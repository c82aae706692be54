namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// An inner node of the key index. <see cref="Separators"/>[i] is above every key of child i and not above any key of
/// child i + 1; the last child's slot is unused.
/// </summary>
internal sealed class IndexInner : IndexNode
{
    /// <summary>Shared with the node that this one was copied from until either changes it.</summary>
    public byte[][] Separators { get; private set; }

    public readonly IndexNode[] Children = new IndexNode[Capacity];

    public IndexInner(long epoch)
        : this(epoch, new byte[Capacity][])
    {
    }

    private IndexInner(long epoch, byte[][] separators)
        : base(epoch) => Separators = separators;

    /// <summary>Position of the child whose range holds the key.</summary>
    public int ChildFor(ReadOnlySpan<byte> key)
    {
        byte[][] separators = Separators;
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (key.SequenceCompareTo(separators[middle]) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Puts a child behind the one at <paramref name="position"/>, divided from it by a separator.</summary>
    public void InsertAfter(int position, byte[] separator, IndexNode child)
    {
        OwnSeparators();
        int moved = Count - position - 1;
        Array.Copy(Children, position + 1, Children, position + 2, moved);
        Array.Copy(Separators, position, Separators, position + 1, Math.Max(0, Count - 1 - position));
        Children[position + 1] = child;
        Separators[position] = separator;
        Count++;
    }

    /// <summary>Takes out a child; the neighbour before it, or behind it for the first, takes over its range.</summary>
    public void RemoveAt(int position)
    {
        OwnSeparators();
        int separator = position == 0 ? 0 : position - 1;
        if (Count > 1)
        {
            Array.Copy(Separators, separator + 1, Separators, separator, Count - 2 - separator);
            Separators[Count - 2] = null!;
        }

        Array.Copy(Children, position + 1, Children, position, Count - position - 1);
        Count--;
        Children[Count] = null!;
    }

    public override IndexNode CloneFor(long epoch)
    {
        var copy = new IndexInner(epoch, Separators) { Count = Count, Live = Live };
        Array.Copy(Children, copy.Children, Count);
        return copy;
    }

    /// <summary>Moves the children from <paramref name="position"/> on to a new node behind this one.</summary>
    /// <param name="position">From 1 to Count - 1.</param>
    /// <param name="separator">Divides the two nodes.</param>
    public IndexInner SplitAt(int position, out byte[] separator)
    {
        OwnSeparators();
        var right = new IndexInner(Epoch) { Count = Count - position };
        separator = Separators[position - 1];
        Array.Copy(Children, position, right.Children, 0, right.Count);
        Array.Copy(Separators, position, right.Separators, 0, right.Count - 1);
        Array.Clear(Children, position, right.Count);
        Array.Clear(Separators, position - 1, right.Count);
        Count = position;
        for (int i = 0; i < right.Count; i++)
        {
            right.Live += right.Children[i].Live;
        }

        Live -= right.Live;
        return right;
    }

    /// <summary>Appends all children of the node behind this one; both together fit.</summary>
    public void Absorb(byte[] separator, IndexInner right)
    {
        OwnSeparators();
        Separators[Count - 1] = separator;
        Array.Copy(right.Separators, 0, Separators, Count, right.Count - 1);
        Array.Copy(right.Children, 0, Children, Count, right.Count);
        Count += right.Count;
        Live += right.Live;
    }

    private void OwnSeparators() => Separators = [.. Separators];
}
