namespace Etcd.StateMachine.Mvcc;

/// <summary>The keys that divide the children of an inner node; several versions of the node may share them, and
/// whoever changes them copies them first.</summary>
internal sealed class Separators
{
    private KeyedSlots<Separator> _slots;
    private int _count;

    public byte[] this[int position] => _slots[position].Key;

    /// <summary>Number of separators that are not above a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="known">What the search knows before and after, see <see cref="KeyedSlots{T}"/>.</param>
    public int CountUpTo(ReadOnlySpan<byte> key, ref int known) => _slots.UpperBound(key, ref known, _count);

    public Separators Clone() => new() { _slots = _slots, _count = _count };

    public void Insert(int position, byte[] key)
    {
        _slots.Insert(position, new Separator(key), _count);
        _count++;
    }

    public void RemoveAt(int position)
    {
        _slots.RemoveAt(position, _count);
        _count--;
    }

    /// <summary>Moves the separators from <paramref name="position"/> on to a new object.</summary>
    public Separators SplitAt(int position)
    {
        var right = new Separators { _count = _count - position };
        _slots.MoveTail(position, _count, ref right._slots);
        _count = position;
        return right;
    }

    /// <summary>Appends all separators of another object, which are above those here; both together fit.</summary>
    public void Absorb(Separators right)
    {
        _slots.Append(_count, ref right._slots, right._count);
        _count += right._count;
    }
}
