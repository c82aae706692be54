namespace Etcd.StateMachine.Mvcc;

/// <summary>Reads a tree of the key index. Stateless; thread-safe on published roots.</summary>
internal static class IndexReader
{
    /// <summary>The history of a key; null when there is none. O(log n).</summary>
    public static KeyHistory? Find(IndexNode root, ReadOnlySpan<byte> key)
    {
        IndexLeaf leaf = FindLeaf(root, key, out int position, out bool found);
        return found ? leaf[position] : null;
    }

    /// <summary>The leaf whose range holds a key, and the position of the first key there that is not below it.
    /// </summary>
    public static IndexLeaf FindLeaf(IndexNode root, ReadOnlySpan<byte> key, out int position, out bool found)
    {
        IndexNode node = root;
        int known = 0;
        while (node is IndexInner inner)
        {
            node = inner[inner.ChildFor(key, ref known)];
        }

        var leaf = (IndexLeaf)node;
        position = leaf.LowerBound(key, known, out found);
        return leaf;
    }

    /// <summary>Walks the histories from a key, inclusive, to an end, exclusive.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="from">First key.</param>
    /// <param name="to">End; read only when <paramref name="hasTo"/>.</param>
    /// <param name="hasTo">False for a walk to the last key.</param>
    /// <param name="visitor">Sees the histories.</param>
    /// <returns>False when the visitor ended the walk.</returns>
    public static bool Visit<TVisitor>(
        IndexNode root, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool hasTo, ref TVisitor visitor)
        where TVisitor : struct, IIndexVisitor
    {
        if (root is IndexLeaf leaf)
        {
            int start = from.IsEmpty ? 0 : leaf.LowerBound(from, known: 0, out _);
            int end = hasTo ? leaf.LowerBound(to, known: 0, out _) : leaf.Count;
            for (int i = start; i < end; i++)
            {
                if (!visitor.Visit(leaf[i]))
                {
                    return false;
                }
            }

            return true;
        }

        var inner = (IndexInner)root;
        int first = from.IsEmpty ? 0 : inner.ChildFor(from);
        int last = hasTo ? inner.ChildFor(to) : inner.Count - 1;
        for (int i = first; i <= last; i++)
        {
            ReadOnlySpan<byte> childFrom = i == first ? from : [];
            if (!Visit(inner[i], childFrom, to, hasTo && i == last, ref visitor))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Number of living keys in an interval, as of the tree's revision. O(log n).</summary>
    public static long CountLive(IndexNode root, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool hasTo)
    {
        if (from.IsEmpty && !hasTo)
        {
            return root.Live;
        }

        long count = 0;
        if (root is IndexLeaf leaf)
        {
            int start = from.IsEmpty ? 0 : leaf.LowerBound(from, known: 0, out _);
            int end = hasTo ? leaf.LowerBound(to, known: 0, out _) : leaf.Count;
            for (int i = start; i < end; i++)
            {
                count += leaf[i].IsLive ? 1 : 0;
            }

            return count;
        }

        var inner = (IndexInner)root;
        int first = from.IsEmpty ? 0 : inner.ChildFor(from);
        int last = hasTo ? inner.ChildFor(to) : inner.Count - 1;
        for (int i = first; i <= last; i++)
        {
            ReadOnlySpan<byte> childFrom = i == first ? from : [];
            count += CountLive(inner[i], childFrom, to, hasTo && i == last);
        }

        return count;
    }
}
