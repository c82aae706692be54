namespace Etcd.Raft;

/// <summary>
/// The appends sent to one member and not answered yet, as a ring of (last index, payload bytes). Limits how far the
/// leader runs ahead.
/// </summary>
internal sealed class Inflights
{
    private readonly int _maxCount;
    private readonly ulong _maxBytes;
    private (ulong LastIndex, ulong Bytes)[] _ring = [];
    private int _start;
    private ulong _bytes;

    /// <param name="maxCount">Limit on messages, from 1.</param>
    /// <param name="maxBytes">Soft limit on bytes: the message that crosses it is still let through.</param>
    public Inflights(int maxCount, ulong maxBytes)
    {
        _maxCount = maxCount;
        _maxBytes = maxBytes;
    }

    public int Count { get; private set; }

    public bool IsFull => Count == _maxCount || _bytes >= _maxBytes;

    /// <summary>Counts a message in. The caller has checked <see cref="IsFull"/>; indexes never go back.</summary>
    public void Add(ulong lastIndex, ulong bytes)
    {
        if (IsFull)
        {
            throw new RaftInvariantException(
                $"append up to {lastIndex} exceeds the window: {Count}/{_maxCount}, {_bytes}/{_maxBytes} bytes");
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        int end = _start + Count;
        _ring[end < _ring.Length ? end : end - _ring.Length] = (lastIndex, bytes);
        Count++;
        _bytes += bytes;
    }

    /// <summary>Counts out every message whose last index is at most <paramref name="index"/>.</summary>
    public void FreeThrough(ulong index)
    {
        while (Count > 0 && _ring[_start].LastIndex <= index)
        {
            _bytes -= _ring[_start].Bytes;
            _start = _start + 1 == _ring.Length ? 0 : _start + 1;
            Count--;
        }
    }

    public void Clear()
    {
        _start = 0;
        _bytes = 0;
        Count = 0;
    }

    // Grown on demand: most followers answer fast and never fill the window.
    private void Grow()
    {
        int size = Math.Min(_maxCount, Math.Max(8, _ring.Length * 2));
        var ring = new (ulong LastIndex, ulong Bytes)[size];
        for (int i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_start + i) % _ring.Length];
        }

        _ring = ring;
        _start = 0;
    }
}
