using System.Buffers.Binary;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The row keys of bucket <c>key</c>. Their byte order is the order in which the rows were written.
/// <code>
/// 0–7   main revision, big-endian
/// 8     '_'
/// 9–16  sub revision, big-endian
/// 17    't', tombstones only
/// </code>
/// </summary>
internal static class RevisionKey
{
    /// <summary>Bytes of a put's key.</summary>
    public const int Length = 17;

    /// <summary>Bytes of a tombstone's key.</summary>
    public const int TombstoneLength = 18;

    private const byte Separator = (byte)'_';
    private const byte TombstoneMark = (byte)'t';

    /// <summary>Writes the key of a put.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <param name="revision">The revision.</param>
    public static void Write(Span<byte> destination, Revision revision)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, revision.Main);
        destination[8] = Separator;
        BinaryPrimitives.WriteInt64BigEndian(destination[9..], revision.Sub);
    }

    /// <summary>Writes the key of a tombstone.</summary>
    /// <param name="destination">At least <see cref="TombstoneLength"/> bytes.</param>
    /// <param name="revision">The revision.</param>
    public static void WriteTombstone(Span<byte> destination, Revision revision)
    {
        Write(destination, revision);
        destination[Length] = TombstoneMark;
    }

    /// <summary>Reads the revision of a row key.</summary>
    /// <exception cref="InvalidDataException">The bytes are no row key.</exception>
    public static Revision Read(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (Length or TombstoneLength) || key[8] != Separator)
        {
            throw new InvalidDataException($"not a revision key: {Convert.ToHexString(key)}");
        }

        return new Revision(
            BinaryPrimitives.ReadInt64BigEndian(key),
            BinaryPrimitives.ReadInt64BigEndian(key[9..]));
    }

    /// <summary>True when the row key is a tombstone's.</summary>
    public static bool IsTombstone(ReadOnlySpan<byte> key) =>
        key.Length == TombstoneLength && key[Length] == TombstoneMark;
}
