using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// The newest published revisions, without gaps, bounded in number and bytes. Owned by the shard loop. The newest
/// revision is always kept, whatever its size.
/// </summary>
/// <remarks>
/// Kept as bytes, in one ring that is used again: as objects they would live just long enough for every collection of
/// young ones to find and move them all, and then die. Few are ever read.
/// <code>
/// ring:  … free | oldest revision | … | newest revision | free …      a revision never runs past the end
/// of a revision: (4 bytes length | event)*
/// </code>
/// </remarks>
internal sealed class RecentEvents
{
    private const int LengthBytes = sizeof(int);
    private const int FirstRingBytes = 16 * 1024;

    // By revision modulo their number.
    private readonly Place[] _places;
    private readonly long _maxBytes;
    private byte[] _ring = [];
    private long _count;
    private long _bytes;
    private long _newest;

    public RecentEvents(int maxRevisions, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRevisions, 1);
        _places = new Place[maxRevisions];
        _maxBytes = maxBytes;
    }

    /// <summary>Oldest kept revision; <see cref="long.MaxValue"/> when none is kept.</summary>
    public long First => _count == 0 ? long.MaxValue : Oldest;

    private long Oldest => _newest - _count + 1;

    /// <summary>Appends the revision after the newest one.</summary>
    public void Add(RevisionEvents events)
    {
        int size = SizeOf(events);
        while (_count > 0 && (_count == _places.Length || _bytes + size > _maxBytes))
        {
            _bytes -= _places[SlotOf(Oldest)].SizeBytes;
            _count--;
        }

        int start = FindRoom(size);
        Write(events, _ring.AsSpan(start, size));
        _places[SlotOf(events.Revision)] = new Place(start, size);
        _newest = events.Revision;
        _bytes += size;
        _count++;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _ring = [];
        _count = 0;
        _bytes = 0;
    }

    /// <summary>Reads kept revisions.</summary>
    /// <param name="from">First revision, at least <see cref="First"/>.</param>
    /// <param name="through">Last revision, at most the newest one.</param>
    /// <param name="maxRevisions">Largest number of revisions.</param>
    /// <param name="maxBytes">The read ends after the revision that reaches this many bytes.</param>
    /// <param name="into">Takes the revisions.</param>
    /// <returns>First revision not read.</returns>
    public long Read(long from, long through, int maxRevisions, long maxBytes, List<RevisionEvents> into)
    {
        if (from < First || through > _newest)
        {
            throw new InvalidOperationException(
                $"revisions {from} to {through} are not all kept; these are {First} to {_newest}");
        }

        long bytes = 0;
        long revision = from;
        for (; revision <= through && into.Count < maxRevisions && bytes < maxBytes; revision++)
        {
            Place place = _places[SlotOf(revision)];
            into.Add(new RevisionEvents(revision, Read(_ring.AsSpan(place.Start, place.SizeBytes))));
            bytes += place.SizeBytes;
        }

        return revision;
    }

    /// <summary>The start of free bytes in one piece, in a larger ring if need be.</summary>
    private int FindRoom(int size)
    {
        if (_count == 0)
        {
            return size <= _ring.Length ? 0 : Grow(size);
        }

        int end = _places[SlotOf(_newest)].End;
        int oldest = _places[SlotOf(Oldest)].Start;
        bool isWrapped = oldest >= end;
        return isWrapped ? (oldest - end >= size ? end : Grow(size))
            : _ring.Length - end >= size ? end
            : oldest >= size ? 0
            : Grow(size);
    }

    /// <summary>Moves everything into a ring twice as large; the end of what it holds.</summary>
    private int Grow(int size)
    {
        long needed = Math.Max(FirstRingBytes, 2 * (_bytes + size));
        byte[] ring = new byte[Math.Min(needed, Array.MaxLength)];
        int end = 0;
        for (long revision = Oldest; revision <= _newest && _count > 0; revision++)
        {
            ref Place place = ref _places[SlotOf(revision)];
            _ring.AsSpan(place.Start, place.SizeBytes).CopyTo(ring.AsSpan(end));
            place = new Place(end, place.SizeBytes);
            end = place.End;
        }

        _ring = ring;
        return end;
    }

    private static int SizeOf(RevisionEvents events)
    {
        int size = 0;
        for (int index = 0; index < events.Events.Count; index++)
        {
            size += LengthBytes + events.Events[index].CalculateSize();
        }

        return size;
    }

    private static void Write(RevisionEvents events, Span<byte> place)
    {
        for (int index = 0; index < events.Events.Count; index++)
        {
            Event change = events.Events[index];
            int size = change.CalculateSize();
            BitConverter.TryWriteBytes(place, size);
            change.WriteTo(place.Slice(LengthBytes, size));
            place = place[(LengthBytes + size)..];
        }
    }

    private static List<Event> Read(ReadOnlySpan<byte> place)
    {
        List<Event> events = [];
        while (!place.IsEmpty)
        {
            int size = BitConverter.ToInt32(place);
            events.Add(Event.Parser.ParseFrom(place.Slice(LengthBytes, size)));
            place = place[(LengthBytes + size)..];
        }

        return events;
    }

    private int SlotOf(long revision) => (int)(revision % _places.Length);

    /// <summary>Where a revision stands in the ring.</summary>
    private readonly record struct Place(int Start, int SizeBytes)
    {
        public int End => Start + SizeBytes;
    }
}
