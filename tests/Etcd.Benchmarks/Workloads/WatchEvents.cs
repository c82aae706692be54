using System.Buffers.Binary;
using Etcd.Protocol.Wire;

namespace Etcd.Benchmarks.Workloads;

/// <summary>The little of a watch response that a measurement needs, read without allocation.</summary>
internal readonly struct WatchEvents
{
    private const int CreatedField = 3;
    private const int CanceledField = 4;
    private const int EventsField = 11;
    private const int EventKvField = 2;
    private const int KvValueField = 5;

    private WatchEvents(bool created, bool canceled, int count, long stamp)
    {
        Created = created;
        Canceled = canceled;
        Count = count;
        Stamp = stamp;
    }

    public bool Created { get; }

    public bool Canceled { get; }

    /// <summary>Number of events.</summary>
    public int Count { get; }

    /// <summary>The time stamp in the value of the last event; 0 without one.</summary>
    public long Stamp { get; }

    /// <summary>Notes in a value when its put was sent.</summary>
    public static void WriteStamp(Span<byte> value, long stamp) => BinaryPrimitives.WriteInt64LittleEndian(value, stamp);

    /// <summary>Reads a response.</summary>
    public static WatchEvents Read(ReadOnlySpan<byte> message)
    {
        bool created = false;
        bool canceled = false;
        int count = 0;
        long stamp = 0;
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd && reader.TryReadTag(out int field, out WireType type))
        {
            if (field is CreatedField or CanceledField && reader.TryReadVarint(type, out ulong flag))
            {
                created |= field == CreatedField && flag != 0;
                canceled |= field == CanceledField && flag != 0;
            }
            else if (field == EventsField && reader.TryReadSlice(type, out int offset, out int length))
            {
                count++;
                stamp = StampOf(message.Slice(offset, length));
            }
            else if (!reader.TrySkip(type))
            {
                break;
            }
        }

        return new WatchEvents(created, canceled, count, stamp);
    }

    private static long StampOf(ReadOnlySpan<byte> watched)
    {
        ReadOnlySpan<byte> value = Slice(Slice(watched, EventKvField), KvValueField);
        return value.Length >= sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(value) : 0;
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> message, int wanted)
    {
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd && reader.TryReadTag(out int field, out WireType type))
        {
            if (field == wanted)
            {
                return reader.TryReadSlice(type, out int offset, out int length) ? message.Slice(offset, length) : default;
            }

            if (!reader.TrySkip(type))
            {
                break;
            }
        }

        return default;
    }
}
