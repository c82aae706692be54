using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The values of bucket <c>key</c>: <c>mvccpb.KeyValue</c> with zero fields left out, fields in number order, as
/// etcd's encoder writes them; a tombstone holds only the key.
/// <code>
/// 0A len key | 10 create_revision | 18 mod_revision | 20 version | 2A len value | 30 lease
/// </code>
/// </summary>
internal static class KeyValueRow
{
    private const int KeyField = 1;
    private const int CreateRevisionField = 2;
    private const int ModRevisionField = 3;
    private const int VersionField = 4;
    private const int ValueField = 5;
    private const int LeaseField = 6;

    /// <summary><see cref="ParseForAnswer"/>.</summary>
    public static readonly Func<ReadOnlySpan<byte>, KeyValue> AnswerParser = ParseForAnswer;

    /// <summary>Parses a whole row.</summary>
    public static KeyValue Parse(ReadOnlySpan<byte> row) => KeyValue.Parser.ParseFrom(row);

    /// <summary>Parses a whole row, with a large value as <see cref="LargeValue"/>.</summary>
    public static KeyValue ParseForAnswer(ReadOnlySpan<byte> row)
    {
        if (row.Length < LargeValue.LeastBytes)
        {
            return KeyValue.Parser.ParseFrom(row);
        }

        Head head = ReadHead(row);
        return new KeyValue
        {
            Key = ByteString.CopyFrom(head.Key),
            CreateRevision = head.CreateRevision,
            ModRevision = head.ModRevision,
            Version = head.Version,
            Value = head.Value.Length < LargeValue.LeastBytes
                ? ByteString.CopyFrom(head.Value)
                : LargeValue.Copy(head.Value),
            Lease = head.Lease,
        };
    }

    /// <summary>Parses a put's row but for its value.</summary>
    public static KeyValue ParseWithoutValue(ReadOnlySpan<byte> row, long modRevision)
    {
        Head head = ReadHead(row);
        return new KeyValue
        {
            Key = ByteString.CopyFrom(head.Key),
            CreateRevision = head.CreateRevision,
            ModRevision = modRevision,
            Version = head.Version,
            Lease = head.Lease,
        };
    }

    /// <summary>A key-value but for its value.</summary>
    public static KeyValue WithoutValue(KeyValue value) => new()
    {
        Key = value.Key,
        CreateRevision = value.CreateRevision,
        ModRevision = value.ModRevision,
        Version = value.Version,
        Lease = value.Lease,
    };

    /// <summary>Bytes of a tombstone's row.</summary>
    public static int TombstoneLength(int keyLength) =>
        keyLength == 0 ? 0 : 1 + CodedOutputStream.ComputeLengthSize(keyLength) + keyLength;

    /// <summary>Writes a tombstone's row.</summary>
    /// <param name="destination">At least <see cref="TombstoneLength"/> bytes.</param>
    /// <param name="key">The key.</param>
    public static void WriteTombstone(Span<byte> destination, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            return;
        }

        int position = 0;
        destination[position++] = (KeyField << 3) | 2;
        uint length = (uint)key.Length;
        while (length >= 0x80)
        {
            destination[position++] = (byte)(length | 0x80);
            length >>= 7;
        }

        destination[position++] = (byte)length;
        key.CopyTo(destination[position..]);
    }

    /// <summary>Reads what the index needs from a row, without copying key or value.</summary>
    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    public static Head ReadHead(ReadOnlySpan<byte> row)
    {
        Head head = default;
        int position = 0;
        while (position < row.Length)
        {
            ulong tag = ReadVarint(row, ref position);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    long number = (long)ReadVarint(row, ref position);
                    SetNumber(ref head, field, number);
                    break;
                case 2:
                    int length = checked((int)ReadVarint(row, ref position));
                    if (length > row.Length - position)
                    {
                        throw Damaged(row);
                    }

                    if (field == KeyField)
                    {
                        head.Key = row.Slice(position, length);
                    }
                    else if (field == ValueField)
                    {
                        head.Value = row.Slice(position, length);
                    }

                    position += length;
                    break;
                default:
                    throw Damaged(row);
            }
        }

        return head;
    }

    private static void SetNumber(ref Head head, int field, long number)
    {
        switch (field)
        {
            case CreateRevisionField:
                head.CreateRevision = number;
                break;
            case ModRevisionField:
                head.ModRevision = number;
                break;
            case VersionField:
                head.Version = number;
                break;
            case LeaseField:
                head.Lease = number;
                break;
            default:
                break;
        }
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> row, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (position >= row.Length)
            {
                throw Damaged(row);
            }

            byte next = row[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged(row);
    }

    private static InvalidDataException Damaged(ReadOnlySpan<byte> row) =>
        new($"not a key-value row ({row.Length} bytes)");

    /// <summary>The fields of a row; the index is rebuilt from all but the value.</summary>
    public ref struct Head
    {
        /// <summary>The key, within the row.</summary>
        public ReadOnlySpan<byte> Key;

        /// <summary>The value, within the row.</summary>
        public ReadOnlySpan<byte> Value;

        /// <summary>Main revision of the row.</summary>
        public long ModRevision;

        /// <summary>Main revision of the key's creation.</summary>
        public long CreateRevision;

        /// <summary>Version of the key.</summary>
        public long Version;

        /// <summary>The lease; 0 for none.</summary>
        public long Lease;
    }
}
