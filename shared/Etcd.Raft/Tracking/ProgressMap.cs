using System.Collections;

namespace Etcd.Raft;

/// <summary>
/// The progress of every member, ascending by id. Small (a handful), so a sorted list beats hashing, and visiting in
/// order needs neither sorting nor allocation.
/// </summary>
internal sealed class ProgressMap : IEnumerable<Progress>
{
    private readonly List<Progress> _items = [];

    public int Count => _items.Count;

    /// <summary>The member's progress; null when it is not tracked.</summary>
    public Progress? this[ulong id]
    {
        get
        {
            foreach (Progress progress in _items)
            {
                if (progress.Id == id)
                {
                    return progress;
                }
            }

            return null;
        }
    }

    public Progress At(int position) => _items[position];

    /// <summary>Adds, or replaces what is there for the same member.</summary>
    public void Set(Progress progress)
    {
        int position = 0;
        while (position < _items.Count && _items[position].Id < progress.Id)
        {
            position++;
        }

        if (position < _items.Count && _items[position].Id == progress.Id)
        {
            _items[position] = progress;
        }
        else
        {
            _items.Insert(position, progress);
        }
    }

    public void Remove(ulong id)
    {
        if (this[id] is Progress progress)
        {
            _items.Remove(progress);
        }
    }

    public ProgressMap Clone()
    {
        ProgressMap copy = new();
        foreach (Progress progress in _items)
        {
            copy._items.Add(progress.Clone());
        }

        return copy;
    }

    public List<Progress>.Enumerator GetEnumerator() => _items.GetEnumerator();

    IEnumerator<Progress> IEnumerable<Progress>.GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
