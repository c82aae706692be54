using System.Runtime.InteropServices;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The key-values of a range, in the order in which their keys are found. What the index knows or memory holds is there
/// at once; rows of the engine follow, many at a time. Used by one request.
/// </summary>
/// <param name="context">What is read.</param>
/// <param name="keysOnly">True to leave out the values; then rows are read only of keys that have had leases.</param>
/// <param name="capacity">How many are expected.</param>
internal sealed class RangeRows(IReadContext context, bool keysOnly, int capacity)
{
    private readonly List<KeyValue?> _values = new(capacity);
    private readonly List<MissingRow> _missing = [];
    private int _loaded;

    /// <summary>Number of key-values.</summary>
    public int Count => _values.Count;

    /// <summary>What the index knows of a key that has had no lease: all but the value.</summary>
    public static KeyValue WithoutRow(KeyHistory history, Revision modified, long created, long version) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(history.Key),
        CreateRevision = created,
        ModRevision = modified.Main,
        Version = version,
    };

    /// <summary>Adds what a key is at a revision.</summary>
    public void Add(KeyHistory history, Revision modified, long created, long version)
    {
        if (keysOnly && !history.HasLeases)
        {
            _values.Add(WithoutRow(history, modified, created, version));
        }
        else if (context.Find(modified) is { } value)
        {
            _values.Add(keysOnly ? KeyValueRow.WithoutValue(value) : value);
        }
        else
        {
            _missing.Add(new MissingRow(modified, _values.Count));
            _values.Add(null);
        }
    }

    /// <summary>Reads all that is missing; false when a row is gone.</summary>
    public bool Load() => Load(_missing.Count);

    /// <summary>A key-value; rows are read for it and, more at each time, those behind it. Null when a row is gone.
    /// </summary>
    public KeyValue? At(int place)
    {
        if (_values[place] is null && !Load(_loaded + 16))
        {
            return null;
        }

        return _values[place];
    }

    /// <summary>The key-values, all of them read.</summary>
    public List<KeyValue> ToList()
    {
        if (_loaded < _missing.Count)
        {
            throw new InvalidOperationException($"{_missing.Count - _loaded} rows are not read yet");
        }

        // Only rows that are not read yet have no key-value.
        return _values!;
    }

    // The rows come in the order of their places.
    private bool Load(int count)
    {
        count = Math.Min(count, _missing.Count - _loaded);
        Span<MissingRow> rows = CollectionsMarshal.AsSpan(_missing).Slice(_loaded, count);
        _loaded += count;
        return rows.IsEmpty || context.Load(rows, CollectionsMarshal.AsSpan(_values), keysOnly);
    }
}
