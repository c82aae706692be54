namespace Etcd.Node.Loops;

/// <summary>
/// A bounded queue with many writers and one reading thread, which sleeps on it and takes everything at once.
/// Thread-safe for writers; taking belongs to the owning thread.
/// </summary>
/// <remarks>
/// The reader swaps two lists under the lock, so a batch costs one lock whatever its size, and a writer wakes
/// the reader only when it sleeps.
/// </remarks>
internal sealed class Inbox<T>
{
    private readonly object _gate = new();
    private readonly int _capacity;
    private List<T> _filling = new(capacity: 64);
    private List<T> _draining = new(capacity: 64);
    private bool _sleeping;
    private bool _closed;

    /// <param name="capacity">Items that <see cref="TryPost"/> lets wait; <see cref="Post"/> ignores it.</param>
    public Inbox(int capacity) => _capacity = capacity;

    /// <summary>Items waiting now; a snapshot for metrics and tests.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _filling.Count;
            }
        }
    }

    /// <summary>Adds an item that must not be lost: answers of the node's own threads, whose number is bounded by
    /// what those threads were given. False only after <see cref="Close"/>.</summary>
    public bool Post(T item) => Add(item, int.MaxValue);

    /// <summary>Adds an item unless the inbox is full or closed.</summary>
    public bool TryPost(T item) => Add(item, _capacity);

    /// <summary>
    /// Sleeps until something is there, then hands over everything in order. The list is valid until the next call.
    /// False once closed and empty.
    /// </summary>
    public bool TryTakeAll(out List<T> items) => TryTakeAll(wait: true, out items);

    /// <summary>Hands over everything in order.</summary>
    /// <param name="wait">False to return an empty list instead of sleeping.</param>
    /// <param name="items">Valid until the next call.</param>
    /// <returns>False once closed and empty.</returns>
    public bool TryTakeAll(bool wait, out List<T> items)
    {
        _draining.Clear();
        lock (_gate)
        {
            while (_filling.Count == 0)
            {
                if (_closed || !wait)
                {
                    items = _draining;
                    return !_closed;
                }

                _sleeping = true;
                Monitor.Wait(_gate);
                _sleeping = false;
            }

            (_filling, _draining) = (_draining, _filling);
        }

        items = _draining;
        return true;
    }

    /// <summary>Refuses further items and lets the reader end once it has taken the rest.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool Add(T item, int capacity)
    {
        lock (_gate)
        {
            if (_closed || _filling.Count >= capacity)
            {
                return false;
            }

            _filling.Add(item);
            if (_sleeping)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }
}
