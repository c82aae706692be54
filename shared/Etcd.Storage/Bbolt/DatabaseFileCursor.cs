using System.Buffers.Binary;
using System.Globalization;
using Etcd.Ports.Engine;

namespace Etcd.Storage.Bbolt;

/// <summary>
/// A walk over one tree of a database file, one page of each level in memory. Keys must ascend over the whole walk,
/// which also rules out pages that refer to themselves. Used by one thread at a time.
/// </summary>
internal sealed class DatabaseFileCursor : IKvCursor
{
    /// <summary>A tree of two children a page would be this deep with more pages than any file has.</summary>
    private const int MaximumDepth = 64;

    private readonly DatabaseFileReader _file;
    private readonly bool _yieldsBuckets;

    // From the root to the page being read; the index is of the element to be read next.
    private readonly List<(byte[] Page, bool IsLeaf, int Count, int Next)> _path = [];
    private byte[]? _leaf;
    private Range _key;
    private Range _value;
    private ulong _pagesRead;

    /// <param name="file">The file.</param>
    /// <param name="root">Root page of the tree.</param>
    /// <param name="yieldsBuckets">True for the root bucket, whose elements are buckets.</param>
    public DatabaseFileCursor(DatabaseFileReader file, ulong root, bool yieldsBuckets)
    {
        _file = file;
        _yieldsBuckets = yieldsBuckets;
        Push(root);
    }

    /// <param name="file">The file, for messages.</param>
    /// <param name="inlinePage">A leaf page on its own.</param>
    public DatabaseFileCursor(DatabaseFileReader file, byte[] inlinePage)
    {
        _file = file;
        if (inlinePage.Length < BboltPage.HeaderBytes)
        {
            throw file.Damaged("an inline bucket is cut");
        }

        Push(inlinePage, "of an inline bucket", isInline: true);
    }

    public ReadOnlySpan<byte> Key => _leaf.AsSpan(_key);

    public ReadOnlySpan<byte> Value => _leaf.AsSpan(_value);

    public bool MoveNext()
    {
        while (_path.Count > 0)
        {
            var (page, isLeaf, count, next) = _path[^1];
            if (next == count)
            {
                _path.RemoveAt(_path.Count - 1);
                continue;
            }

            _path[^1] = (page, isLeaf, count, next + 1);
            var element = BboltPage.HeaderBytes + (next * BboltPage.ElementBytes);
            if (!isLeaf)
            {
                Push(BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(element + 8)));
                continue;
            }

            ReadElement(page, element);
            return true;
        }

        _leaf = null;
        _key = _value = default;
        return false;
    }

    public void Dispose() => _path.Clear();

    private void Push(ulong pageId)
    {
        if (_path.Count == MaximumDepth || _pagesRead++ == _file.PageCount)
        {
            throw _file.Damaged("its pages refer to each other in a circle");
        }

        Push(_file.ReadPage(pageId), string.Create(CultureInfo.InvariantCulture, $"{pageId}"), isInline: false);
    }

    private void Push(byte[] page, string name, bool isInline)
    {
        var (_, flags, count, _) = BboltPage.ReadHeader(page);
        var isLeaf = flags == BboltPage.LeafFlag;
        if ((!isLeaf && (flags != BboltPage.BranchFlag || isInline))
            || (count == 0 && (!isLeaf || _path.Count > 0))
            || BboltPage.HeaderBytes + (count * BboltPage.ElementBytes) > page.Length)
        {
            throw _file.Damaged(string.Create(
                CultureInfo.InvariantCulture, $"page {name} has flags {flags} and {count} elements"));
        }

        _path.Add((page, isLeaf, count, 0));
    }

    private void ReadElement(byte[] page, int start)
    {
        var element = page.AsSpan(start, BboltPage.ElementBytes);
        var isBucket = (BinaryPrimitives.ReadUInt32LittleEndian(element) & BboltPage.BucketElementFlag) != 0;
        var key = start + (long)BinaryPrimitives.ReadUInt32LittleEndian(element[4..]);
        var value = key + BinaryPrimitives.ReadUInt32LittleEndian(element[8..]);
        var end = value + BinaryPrimitives.ReadUInt32LittleEndian(element[12..]);
        if (isBucket != _yieldsBuckets || key < start + BboltPage.ElementBytes || end > page.Length)
        {
            throw _file.Damaged("a row is no row of its page");
        }

        var previousKey = Key;
        var isFirst = _leaf is null;
        _leaf = page;
        _key = (int)key..(int)value;
        _value = (int)value..(int)end;
        if (!isFirst && previousKey.SequenceCompareTo(Key) >= 0)
        {
            throw _file.Damaged("its keys are not in order");
        }
    }
}
