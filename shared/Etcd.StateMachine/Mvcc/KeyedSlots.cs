using System.Buffers.Binary;
using System.Numerics;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The entries of an index node in the order of their keys. Beside each entry stand, as a number, the eight bytes of
/// its key that follow bytes which all keys here have in common: a search compares numbers that lie side by side and
/// looks at a key, which lies elsewhere in memory, only to confirm.
/// <para>
/// A search on its way down knows more and more leading bytes that the key has in common with all keys around it: those
/// that two neighbouring separators share. Where it knows enough it need not compare them again.
/// </para>
/// </summary>
/// <typeparam name="T">The entry.</typeparam>
internal struct KeyedSlots<T>
    where T : struct, IKeyed
{
    private const int WordBytes = sizeof(ulong);

    private Slots<ulong> _words;
    private Slots<T> _items;

    // Leading bytes that all keys here have in common, or fewer: the words begin behind them.
    private int _shared;

    /// <summary>The entry at a position below the count.</summary>
    public T this[int position]
    {
        readonly get => _items[position];
        set => _items[position] = value;
    }

    /// <summary>Position of the first key that is not below <paramref name="key"/>.</summary>
    /// <param name="key">The key looked for.</param>
    /// <param name="known">Leading bytes that it is known to have in common with all keys here, ended by zeros.</param>
    /// <param name="count">Number of entries.</param>
    /// <param name="found">True when it is that very key.</param>
    public readonly int LowerBound(ReadOnlySpan<byte> key, int known, int count, out bool found)
    {
        found = false;
        if (!IsAmong(key, known, count, out int position, out ulong word))
        {
            return position;
        }

        for (; position < count && _words[position] == word; position++)
        {
            int order = key.SequenceCompareTo(_items[position].Key);
            if (order <= 0)
            {
                found = order == 0;
                break;
            }
        }

        return position;
    }

    /// <summary>Position of the first key above <paramref name="key"/>.</summary>
    /// <param name="key">The key looked for.</param>
    /// <param name="known">Leading bytes that it is known to have in common with all keys here, ended by zeros;
    /// afterwards also with all keys between the one found and the one before it.</param>
    /// <param name="count">Number of entries.</param>
    public readonly int UpperBound(ReadOnlySpan<byte> key, ref int known, int count)
    {
        if (IsAmong(key, known, count, out int position, out ulong word))
        {
            while (position < count && _words[position] == word && key.SequenceCompareTo(_items[position].Key) >= 0)
            {
                position++;
            }
        }

        if (position > 0 && position < count)
        {
            int alike = BitOperations.LeadingZeroCount(_words[position - 1] ^ _words[position]) / 8;
            known = Math.Max(known, _shared + alike);
        }

        return position;
    }

    /// <summary>Puts an entry at a position, and those from there on one further.</summary>
    /// <param name="position">Where its key belongs.</param>
    /// <param name="item">The entry.</param>
    /// <param name="count">Number of entries before; below <see cref="IndexNode.Capacity"/>.</param>
    public void Insert(int position, T item, int count)
    {
        byte[] key = item.Key;
        int shared = count == 0 ? 0 : CommonPrefix(key, _items[0].Key);
        if (shared < _shared || count == 1)
        {
            Share(shared, count);
        }

        Span<ulong> words = _words;
        Span<T> items = _items;
        words[position..count].CopyTo(words[(position + 1)..]);
        items[position..count].CopyTo(items[(position + 1)..]);
        words[position] = WordOf(key, _shared);
        items[position] = item;
    }

    /// <summary>Takes out an entry.</summary>
    /// <param name="position">Which.</param>
    /// <param name="count">Number of entries before.</param>
    public void RemoveAt(int position, int count)
    {
        Span<ulong> words = _words;
        Span<T> items = _items;
        words[(position + 1)..count].CopyTo(words[position..]);
        items[(position + 1)..count].CopyTo(items[position..]);
        items[count - 1] = default;
        if (count == 1)
        {
            _shared = 0;
        }
    }

    /// <summary>Moves the entries of a range to slots that are empty.</summary>
    /// <param name="from">First position that moves.</param>
    /// <param name="count">Number of entries before.</param>
    /// <param name="target">Where to.</param>
    public void MoveTail(int from, int count, ref KeyedSlots<T> target)
    {
        Span<T> moved = ((Span<T>)_items)[from..count];
        moved.CopyTo(target._items);
        moved.Clear();
        target.ShareMost(count - from);
        ShareMost(from);
    }

    /// <summary>Appends entries whose keys are above all here.</summary>
    /// <param name="count">Number of entries here.</param>
    /// <param name="right">The others; they stay there too.</param>
    /// <param name="rightCount">Their number; all together fit.</param>
    public void Append(int count, ref readonly KeyedSlots<T> right, int rightCount)
    {
        ((ReadOnlySpan<T>)right._items)[..rightCount].CopyTo(((Span<T>)_items)[count..]);
        ShareMost(count + rightCount);
    }

    // Whether the key has the bytes that all have in common; then the position of the first entry whose word is not
    // below the key's, else the position of the first entry above the key.
    private readonly bool IsAmong(ReadOnlySpan<byte> key, int known, int count, out int position, out ulong word)
    {
        position = 0;
        word = 0;
        if (_shared > known)
        {
            ReadOnlySpan<byte> head = key.Length > _shared ? key[.._shared] : key;
            int order = head.SequenceCompareTo(_items[0].Key.AsSpan(0, _shared));
            if (order != 0)
            {
                position = order < 0 ? 0 : count;
                return false;
            }
        }

        word = WordOf(key, _shared);
        foreach (ulong other in ((ReadOnlySpan<ulong>)_words)[..count])
        {
            position += other < word ? 1 : 0;
        }

        return true;
    }

    // One key alone has everything in common: what it shares shows with the next one. And one byte less than the most,
    // which is often what the separators around have in common, so what a search knows.
    private void ShareMost(int count) =>
        Share(count < 2 ? 0 : Math.Max(0, CommonPrefix(_items[0].Key, _items[count - 1].Key) - 1), count);

    private void Share(int shared, int count)
    {
        _shared = shared;
        for (int i = 0; i < count; i++)
        {
            _words[i] = WordOf(_items[i].Key, shared);
        }
    }

    private static int CommonPrefix(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.CommonPrefixLength(other);

    // The bytes from a position on, as a number of the same order; a key that ends early counts as followed by zeros,
    // so equal numbers do not mean equal keys.
    private static ulong WordOf(ReadOnlySpan<byte> key, int from)
    {
        ReadOnlySpan<byte> bytes = key[Math.Min(from, key.Length)..];
        if (bytes.Length >= WordBytes)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        ulong word = 0;
        foreach (byte one in bytes)
        {
            word = (word << 8) | one;
        }

        return bytes.IsEmpty ? 0 : word << (8 * (WordBytes - bytes.Length));
    }
}
