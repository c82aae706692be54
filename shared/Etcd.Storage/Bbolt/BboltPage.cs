using System.Buffers.Binary;

namespace Etcd.Storage.Bbolt;

/// <summary>
/// The byte layout of bbolt's pages, little-endian. A page may go on in the pages behind it.
/// <code>
/// | Part           | Offset | Size | Field                                                         |
/// |----------------|--------|------|---------------------------------------------------------------|
/// | header         | 0      | 8    | page id; times the page size: its offset in the file          |
/// |                | 8      | 2    | flags: 1 branch, 2 leaf, 4 meta, 16 freelist                  |
/// |                | 10     | 2    | count of elements                                             |
/// |                | 12     | 4    | number of following pages that belong to it                   |
/// | leaf element   | 0      | 4    | 0 for a pair, 1 for a bucket                                  |
/// |                | 4      | 4    | distance from the element's start to the key                  |
/// |                | 8      | 4    | key size                                                      |
/// |                | 12     | 4    | value size; the value follows the key                         |
/// | branch element | 0      | 4    | distance from the element's start to the key                  |
/// |                | 4      | 4    | key size                                                      |
/// |                | 8      | 8    | page id of the child; the key is the child's first            |
/// | bucket value   | 0      | 8    | page id of the bucket's root; 0: the page follows inline      |
/// |                | 8      | 8    | sequence; etcd does not use it                                |
/// | meta, after    | 0      | 4    | magic 0xED0CDAED                                              |
/// | its header     | 4      | 4    | version 2                                                     |
/// |                | 8      | 4    | page size                                                     |
/// |                | 12     | 4    | flags, 0                                                      |
/// |                | 16     | 16   | the root bucket, as a bucket value                            |
/// |                | 32     | 8    | page id of the freelist; all ones: not stored                 |
/// |                | 40     | 8    | high-water mark: number of pages in use                       |
/// |                | 48     | 8    | transaction id; it is written to page id mod 2                |
/// |                | 56     | 8    | FNV-1a 64 of the 56 bytes before                              |
/// </code>
/// </summary>
internal static class BboltPage
{
    public const int HeaderBytes = 16;
    public const int ElementBytes = 16;
    public const int BucketValueBytes = 16;
    public const int MetaBytes = 64;

    public const ushort BranchFlag = 1;
    public const ushort LeafFlag = 2;
    public const ushort MetaFlag = 4;
    public const uint BucketElementFlag = 1;

    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;

    public static void WriteHeader(Span<byte> page, ulong id, ushort flags, int count, int overflow)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, id);
        BinaryPrimitives.WriteUInt16LittleEndian(page[8..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(page[10..], checked((ushort)count));
        BinaryPrimitives.WriteInt32LittleEndian(page[12..], overflow);
    }

    public static (ulong Id, ushort Flags, int Count, uint Overflow) ReadHeader(ReadOnlySpan<byte> page) => (
        BinaryPrimitives.ReadUInt64LittleEndian(page),
        BinaryPrimitives.ReadUInt16LittleEndian(page[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(page[10..]),
        BinaryPrimitives.ReadUInt32LittleEndian(page[12..]));

    public static void WriteBucketValue(Span<byte> value, ulong rootPage)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(value, rootPage);
        BinaryPrimitives.WriteUInt64LittleEndian(value[8..], 0);
    }

    /// <param name="page">A whole page of zeros.</param>
    /// <param name="id">0 or 1.</param>
    /// <param name="meta">What it says.</param>
    public static void WriteMeta(Span<byte> page, ulong id, in Meta meta)
    {
        WriteHeader(page, id, MetaFlag, count: 0, overflow: 0);
        var body = page.Slice(HeaderBytes, MetaBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(body, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], meta.PageSizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], 0);
        WriteBucketValue(body[16..], meta.RootPage);
        BinaryPrimitives.WriteUInt64LittleEndian(body[32..], ulong.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(body[40..], meta.PageCount);
        BinaryPrimitives.WriteUInt64LittleEndian(body[48..], meta.TransactionId);
        BinaryPrimitives.WriteUInt64LittleEndian(body[56..], Fnv1A(body[..56]));
    }

    /// <param name="page">At least header and meta.</param>
    /// <returns>Null when it is no valid meta page.</returns>
    public static Meta? ReadMeta(ReadOnlySpan<byte> page)
    {
        if (page.Length < HeaderBytes + MetaBytes)
        {
            return null;
        }

        var body = page.Slice(HeaderBytes, MetaBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(body) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(body[56..]) != Fnv1A(body[..56]))
        {
            return null;
        }

        return new Meta(
            BinaryPrimitives.ReadUInt32LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[48..]));
    }

    private static ulong Fnv1A(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 0x100000001B3UL;
        }

        return hash;
    }

    /// <summary>What a meta page says.</summary>
    internal readonly record struct Meta(uint PageSizeBytes, ulong RootPage, ulong PageCount, ulong TransactionId);
}
