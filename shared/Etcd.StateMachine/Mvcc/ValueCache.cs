using System.Numerics;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// Key-values that were read, by revision, bounded by bytes. A value at a revision never changes, so an entry is never
/// wrong, only dropped. Revisions are consecutive, so a slot set chosen by the main revision spreads them evenly; older
/// ones survive in the other ways of a set while they are used.
/// <para>Thread-safe without locks: every slot is one reference that is replaced by compare-and-swap.</para>
/// </summary>
internal sealed class ValueCache
{
    private const int Ways = 4;

    // A small key-value with its objects takes about this much, so slots and bytes run out together.
    private const int BytesPerSlot = 256;
    private const int MinSlots = 64;
    private const int MaxSlots = 1 << 24;

    // Objects around the bytes of key and value: entry, message, two byte strings and their arrays.
    private const int OverheadBytes = 256;

    private readonly Entry?[] _slots;
    private readonly int _setMask;
    private readonly long _maxBytes;
    private long _bytes;
    private int _hand;

    public ValueCache(long maxBytes)
    {
        _maxBytes = maxBytes;
        long wanted = Math.Clamp(maxBytes / BytesPerSlot, MinSlots, MaxSlots);
        _slots = new Entry?[(int)BitOperations.RoundUpToPowerOf2((uint)wanted)];
        _setMask = (_slots.Length / Ways) - 1;
    }

    /// <summary>Bytes held, about; exceeds the limit only while additions run.</summary>
    public long SizeBytes => Interlocked.Read(ref _bytes);

    /// <summary>The key-value of a revision; null when it is not held. Never to be modified.</summary>
    public KeyValue? Find(Revision revision)
    {
        int set = SetOf(revision);
        for (int way = 0; way < Ways; way++)
        {
            Entry? entry = Volatile.Read(ref _slots[set + way]);
            if (entry is not null && entry.Revision == revision)
            {
                if (!entry.IsUsed)
                {
                    entry.IsUsed = true;
                }

                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>Keeps a key-value; the caller gives up the right to modify it.</summary>
    public void Add(Revision revision, KeyValue value)
    {
        int sizeBytes = value.Key.Length + value.Value.Length + OverheadBytes;
        if (sizeBytes > _maxBytes / 16)
        {
            return;
        }

        int set = SetOf(revision);
        int slot = ChooseSlot(set, revision, out Entry? victim);
        if (slot < 0)
        {
            return;
        }

        var entry = new Entry(revision, value, sizeBytes);
        if (ReferenceEquals(Interlocked.CompareExchange(ref _slots[slot], entry, victim), victim))
        {
            long bytes = Interlocked.Add(ref _bytes, sizeBytes - (victim?.SizeBytes ?? 0));
            if (bytes > _maxBytes)
            {
                Evict();
            }
        }
    }

    private int SetOf(Revision revision) =>
        ((int)(revision.Main + (revision.Sub * 0x9E3779B1)) & _setMask) * Ways;

    // An empty way, else the oldest revision not used since the last look, else the oldest of all; -1 when the
    // revision is held already.
    private int ChooseSlot(int set, Revision revision, out Entry? victim)
    {
        victim = null;
        int empty = -1;
        for (int way = 0; way < Ways; way++)
        {
            Entry? entry = Volatile.Read(ref _slots[set + way]);
            if (entry is null)
            {
                empty = set + way;
            }
            else if (entry.Revision == revision)
            {
                return -1;
            }
        }

        return empty >= 0 ? empty : OldestUnused(set, out victim) is >= 0 and int slot ? slot : Oldest(set, out victim);
    }

    private int OldestUnused(int set, out Entry? oldest)
    {
        int slot = -1;
        oldest = null;
        for (int way = 0; way < Ways; way++)
        {
            Entry? entry = Volatile.Read(ref _slots[set + way]);
            if (entry is { IsUsed: false } && (oldest is null || entry.Revision < oldest.Revision))
            {
                (slot, oldest) = (set + way, entry);
            }
        }

        return slot;
    }

    // All ways are in use: from now on they must be used again to stay.
    private int Oldest(int set, out Entry? oldest)
    {
        int slot = set;
        oldest = null;
        for (int way = 0; way < Ways; way++)
        {
            if (Volatile.Read(ref _slots[set + way]) is not { } entry)
            {
                continue;
            }

            entry.IsUsed = false;
            if (oldest is null || entry.Revision < oldest.Revision)
            {
                (slot, oldest) = (set + way, entry);
            }
        }

        return slot;
    }

    // A hand goes around the sets and drops from each its oldest unused entry, until the size fits: large values fill
    // few of the sets, and all of these may lie on the far side. A round over empty sets takes less than a millisecond
    // and frees as much as the cache holds. The first round may only take marks of use away.
    private void Evict()
    {
        for (int step = 0; step <= 2 * _setMask + 1 && Interlocked.Read(ref _bytes) > _maxBytes; step++)
        {
            int set = (Interlocked.Increment(ref _hand) & _setMask) * Ways;
            int slot = OldestUnused(set, out Entry? entry);
            if (slot < 0)
            {
                Oldest(set, out _);
            }
            else if (ReferenceEquals(Interlocked.CompareExchange(ref _slots[slot], null, entry), entry))
            {
                Interlocked.Add(ref _bytes, -entry!.SizeBytes); // OldestUnused found it.
            }
        }
    }

    private sealed class Entry(Revision revision, KeyValue value, int sizeBytes)
    {
        public readonly Revision Revision = revision;
        public readonly KeyValue Value = value;
        public readonly int SizeBytes = sizeBytes;

        // Written by any thread; a lost write only makes the entry look less used than it is.
        public volatile bool IsUsed;
    }
}
