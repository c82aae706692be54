namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// An inner node of the key index. Separator i is above every key of child i and not above any key of child i + 1.
/// </summary>
internal sealed class IndexInner : IndexNode
{
    private Slots<IndexNode> _children;

    // Shared with the node that this one was copied from until either changes them.
    private Separators _separators;

    public IndexInner(long epoch)
        : this(epoch, new Separators())
    {
    }

    private IndexInner(long epoch, Separators separators)
        : base(epoch) => _separators = separators;

    /// <summary>The child at a position.</summary>
    public IndexNode this[int position]
    {
        get => _children[position];
        set => _children[position] = value;
    }

    /// <summary>Position of the child whose range holds the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="known">What the search knows before and after, see <see cref="KeyedSlots{T}"/>; begins at 0.</param>
    public int ChildFor(ReadOnlySpan<byte> key, ref int known) => _separators.CountUpTo(key, ref known);

    /// <inheritdoc cref="ChildFor(ReadOnlySpan{byte}, ref int)"/>
    public int ChildFor(ReadOnlySpan<byte> key)
    {
        int known = 0;
        return ChildFor(key, ref known);
    }

    /// <summary>The separator behind the child at a position.</summary>
    public byte[] SeparatorBehind(int position) => _separators[position];

    /// <summary>Adds the first child.</summary>
    public void Begin(IndexNode child)
    {
        _children[0] = child;
        (Count, Live) = (1, child.Live);
    }

    /// <summary>Puts a child behind the one at <paramref name="position"/>, divided from it by a separator.</summary>
    public void InsertAfter(int position, byte[] separator, IndexNode child)
    {
        OwnSeparators();
        _separators.Insert(position, separator);
        Span<IndexNode> children = _children;
        children[(position + 1)..Count].CopyTo(children[(position + 2)..]);
        children[position + 1] = child;
        Count++;
    }

    /// <summary>Takes out a child; the neighbour before it, or behind it for the first, takes over its range.</summary>
    public void RemoveAt(int position)
    {
        if (Count > 1)
        {
            OwnSeparators();
            _separators.RemoveAt(position == 0 ? 0 : position - 1);
        }

        Span<IndexNode> children = _children;
        children[(position + 1)..Count].CopyTo(children[position..]);
        Count--;
        children[Count] = null!;
    }

    public override IndexNode CloneFor(long epoch) =>
        new IndexInner(epoch, _separators) { Count = Count, Live = Live, _children = _children };

    /// <summary>Moves the children from <paramref name="position"/> on to a new node behind this one.</summary>
    /// <param name="position">From 1 to Count - 1.</param>
    /// <param name="separator">Divides the two nodes.</param>
    public IndexInner SplitAt(int position, out byte[] separator)
    {
        OwnSeparators();
        separator = _separators[position - 1];
        var right = new IndexInner(Epoch, _separators.SplitAt(position)) { Count = Count - position };
        _separators.RemoveAt(position - 1);
        Span<IndexNode> moved = ((Span<IndexNode>)_children)[position..Count];
        moved.CopyTo(right._children);
        foreach (IndexNode child in moved)
        {
            right.Live += child.Live;
        }

        moved.Clear();
        Count = position;
        Live -= right.Live;
        return right;
    }

    /// <summary>Appends all children of the node behind this one; both together fit.</summary>
    public void Absorb(byte[] separator, IndexInner right)
    {
        OwnSeparators();
        _separators.Insert(Count - 1, separator);
        _separators.Absorb(right._separators);
        ((Span<IndexNode>)right._children)[..right.Count].CopyTo(((Span<IndexNode>)_children)[Count..]);
        Count += right.Count;
        Live += right.Live;
    }

    private void OwnSeparators() => _separators = _separators.Clone();
}
