using System.Buffers;
using Etcd.Ports.Engine;

namespace Etcd.Storage.Bbolt;

/// <summary>
/// The pages of one bucket's tree: first the leaves in key order, then the branches level by level, the last one
/// being the root. Keeps of each leaf its first key and two numbers, about 40 bytes for 4 KiB of rows. Immutable
/// once made.
/// </summary>
internal sealed class BucketPlan
{
    private readonly ArrayBufferWriter<byte> _keys = new();
    private readonly List<(int KeyOffset, int KeyBytes)> _firstKeys = [];
    private readonly int _pageSizeBytes;
    private ulong _nextPage;

    private BucketPlan(Bucket bucket, ulong firstPage, int pageSizeBytes)
    {
        Bucket = bucket;
        FirstPage = firstPage;
        _nextPage = firstPage;
        _pageSizeBytes = pageSizeBytes;
    }

    public Bucket Bucket { get; }

    public ulong FirstPage { get; }

    /// <summary>Page behind the bucket's last one.</summary>
    public ulong EndPage => _nextPage;

    /// <summary>Root of the tree; 0 when the bucket is empty.</summary>
    public ulong RootPage { get; private set; }

    /// <summary>The leaves, in page order.</summary>
    public List<LeafPlan> Leaves { get; } = [];

    /// <summary>The branches, in page order.</summary>
    public List<BranchPlan> Branches { get; } = [];

    /// <summary>Plans a bucket by one walk over its rows.</summary>
    public static BucketPlan Create(
        IKvReader reader, Bucket bucket, ulong firstPage, int pageSizeBytes, CancellationToken cancellationToken)
    {
        var plan = new BucketPlan(bucket, firstPage, pageSizeBytes);
        plan.PlanLeaves(reader, cancellationToken);
        if (plan.Leaves.Count > 0)
        {
            plan.PlanBranches();
        }

        return plan;
    }

    /// <summary>First key of the subtree that begins with a leaf.</summary>
    public ReadOnlySpan<byte> FirstKey(int leaf)
    {
        var (offset, sizeBytes) = _firstKeys[leaf];
        return _keys.WrittenSpan.Slice(offset, sizeBytes);
    }

    private void PlanLeaves(IKvReader reader, CancellationToken cancellationToken)
    {
        using var cursor = reader.Scan(Bucket, [], []);
        var rows = 0;
        long usedBytes = BboltPage.HeaderBytes;
        while (cursor.MoveNext())
        {
            long rowBytes = (long)BboltPage.ElementBytes + cursor.Key.Length + cursor.Value.Length;
            if (rows > 0 && usedBytes + rowBytes > _pageSizeBytes)
            {
                EndLeaf(rows, usedBytes);
                cancellationToken.ThrowIfCancellationRequested();
                rows = 0;
                usedBytes = BboltPage.HeaderBytes;
            }

            if (rows == 0)
            {
                _firstKeys.Add((_keys.WrittenCount, cursor.Key.Length));
                _keys.Write(cursor.Key);
            }

            rows++;
            usedBytes += rowBytes;
        }

        if (rows > 0)
        {
            EndLeaf(rows, usedBytes);
        }
    }

    private void EndLeaf(int rows, long usedBytes)
    {
        var pages = Pages(usedBytes);
        Leaves.Add(new LeafPlan(_nextPage, pages, rows));
        _nextPage += (ulong)pages;
    }

    private void PlanBranches()
    {
        var level = new List<(ulong Page, int Leaf)>(Leaves.Count);
        for (var i = 0; i < Leaves.Count; i++)
        {
            level.Add((Leaves[i].Page, i));
        }

        while (level.Count > 1)
        {
            var above = new List<(ulong Page, int Leaf)>();
            for (var first = 0; first < level.Count;)
            {
                var count = BranchFanOut(level, first, out var usedBytes);
                var pages = Pages(usedBytes);
                Branches.Add(new BranchPlan(_nextPage, pages, level.GetRange(first, count)));
                above.Add((_nextPage, level[first].Leaf));
                _nextPage += (ulong)pages;
                first += count;
            }

            level = above;
        }

        RootPage = level[0].Page;
    }

    private int BranchFanOut(List<(ulong Page, int Leaf)> level, int first, out long usedBytes)
    {
        usedBytes = BboltPage.HeaderBytes;
        var count = 0;
        while (first + count < level.Count)
        {
            var childBytes = BboltPage.ElementBytes + _firstKeys[level[first + count].Leaf].KeyBytes;

            // Two children at least, whatever their keys' size, so that each level is smaller than the one below.
            if (count >= 2 && usedBytes + childBytes > _pageSizeBytes)
            {
                break;
            }

            usedBytes += childBytes;
            count++;
        }

        return count;
    }

    private int Pages(long usedBytes) => checked((int)((usedBytes + _pageSizeBytes - 1) / _pageSizeBytes));

    /// <summary>A leaf: its page, how many pages it takes, how many rows it holds.</summary>
    internal readonly record struct LeafPlan(ulong Page, int Pages, int Rows);

    /// <summary>A branch: its page, how many pages it takes, and its children.</summary>
    internal readonly record struct BranchPlan(ulong Page, int Pages, List<(ulong Page, int Leaf)> Children);
}
