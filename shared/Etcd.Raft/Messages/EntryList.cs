using System.Collections;
using System.Runtime.CompilerServices;

namespace Etcd.Raft;

/// <summary>
/// A window on an array of entries that nobody writes to any more. Immutable, copied by value without allocating,
/// and safe to read from any thread for as long as one likes. Converts implicitly from an array and can be written
/// as a collection expression; after such a conversion the array belongs to the list.
/// </summary>
[CollectionBuilder(typeof(EntryList), nameof(Create))]
public readonly struct EntryList : IReadOnlyList<Entry>, IEquatable<EntryList>
{
    private readonly Entry[]? _array;
    private readonly int _start;
    private readonly int _length;

    /// <summary>Wraps a part of an array.</summary>
    /// <param name="array">Never changed within the window from now on.</param>
    /// <param name="start">Index of the first entry, from 0.</param>
    /// <param name="length">Number of entries, from 0.</param>
    public EntryList(Entry[] array, int start, int length)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)array.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(array.Length - start));
        _array = array;
        _start = start;
        _length = length;
    }

    /// <summary>The list without entries.</summary>
    public static EntryList Empty => default;

    /// <summary>Number of entries.</summary>
    public int Length => _length;

    /// <inheritdoc/>
    public int Count => _length;

    /// <summary>True when there is no entry.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>The entries as a span, without copying.</summary>
    public ReadOnlySpan<Entry> Span => new(_array, _start, _length);

    /// <summary>The entry at a position, from 0.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    public ref readonly Entry this[int index] => ref Span[index];

    Entry IReadOnlyList<Entry>.this[int index] => Span[index];

    /// <summary>Wraps a whole array; a null array gives the empty list.</summary>
    /// <param name="array">Never changed from now on.</param>
    public static implicit operator EntryList(Entry[]? array) => FromArray(array);

    /// <summary>Two windows are equal when they show the same part of the same array.</summary>
    /// <param name="left">One window.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(EntryList left, EntryList right) => left.Equals(right);

    /// <summary>Negation of equality.</summary>
    /// <param name="left">One window.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(EntryList left, EntryList right) => !left.Equals(right);

    /// <summary>Wraps a whole array; a null array gives the empty list.</summary>
    /// <param name="array">Never changed from now on.</param>
    public static EntryList FromArray(Entry[]? array) => array is null ? default : new(array, 0, array.Length);

    /// <summary>Copies entries into a new list.</summary>
    /// <param name="entries">What to copy.</param>
    public static EntryList Create(ReadOnlySpan<Entry> entries) =>
        entries.IsEmpty ? default : new(entries.ToArray(), 0, entries.Length);

    /// <summary>A part of this list, sharing its memory.</summary>
    /// <param name="start">Position of the first entry, from 0.</param>
    /// <param name="length">Number of entries.</param>
    public EntryList Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)_length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(_length - start));
        return length == 0 || _array is null ? default : new EntryList(_array, _start + start, length);
    }

    /// <summary>Enumerates without allocating.</summary>
    public ReadOnlySpan<Entry>.Enumerator GetEnumerator() => Span.GetEnumerator();

    IEnumerator<Entry> IEnumerable<Entry>.GetEnumerator()
    {
        for (int i = 0; i < _length; i++)
        {
            yield return Span[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<Entry>)this).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(EntryList other) =>
        _length == other._length && (_length == 0 || (ReferenceEquals(_array, other._array) && _start == other._start));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntryList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _length == 0 ? 0 : HashCode.Combine(_array, _start, _length);
}
