namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The writer's side of the key index: key → <see cref="KeyHistory"/> in byte order, as a copy-on-write B+ tree that
/// counts living keys per subtree.
/// <para>
/// One write epoch lies between two publications. Nodes made in the current epoch change in place, all others are
/// copied first; so a commit copies each touched node once, however many changes it holds.
/// </para>
/// <para>
/// One change needs no copy: a put on a living key is added to its history, published or not. It alters
/// neither the set of living keys nor what the key was at any earlier revision, and views ask for a revision. So a
/// published tree tells, for every revision up to its view's, always the same; <see cref="KeyHistory.Last"/> and
/// what else a history says of its newest revision may be ahead of the view.
/// </para>
/// <para>Thread: owned by the apply loop; a published root may be read from any thread (see
/// <see cref="IndexReader"/>).</para>
/// </summary>
internal sealed class KeyIndex
{
    // Nodes are split in halves and merged below a quarter: 4 to the power of 24 keys are more than memory holds.
    private const int MaxDepth = 24;
    private const int MergeBelow = IndexNode.Capacity / 4;

    private readonly IndexInner[] _path = new IndexInner[MaxDepth];
    private IndexNode _root;
    private long _epoch;

    public KeyIndex() => _root = new IndexLeaf(_epoch);

    /// <summary>The tree with all changes so far; unchanging only until the next change.</summary>
    public IndexNode Root => _root;

    /// <summary>The tree as an immutable version; later changes work on copies.</summary>
    public IndexNode Publish()
    {
        _epoch++;
        return _root;
    }

    /// <summary>Adds a put to the key's history.</summary>
    /// <param name="key">The key; copied when it is new.</param>
    /// <param name="revision">Greater than all earlier ones.</param>
    /// <param name="hasLease">True when the put has a lease.</param>
    /// <param name="createdMain">Main revision of the key's creation.</param>
    /// <param name="version">The key's version, from 1.</param>
    /// <returns>The index's own array of the key.</returns>
    public byte[] Put(
        ReadOnlySpan<byte> key, Revision revision, bool hasLease, out long createdMain, out long version)
    {
        IndexLeaf leaf = IndexReader.FindLeaf(_root, key, out int position, out bool found);
        KeyHistory history;
        if (found && leaf[position].IsLive)
        {
            // The same one, which has its place: to write it there again would only cost a collection.
            history = leaf[position].WithPut(revision, hasLease);
        }
        else
        {
            leaf = DescendForInsert(key, out int depth, out position, out _);
            if (found)
            {
                history = leaf[position].WithPut(revision, hasLease);
                leaf[position] = history;
            }
            else
            {
                // What lives on is made in a row, so that collections move it as one piece.
                history = KeyHistory.BeginWithPut(key.ToArray(), revision, revision.Main, version: 1, hasLease);
                leaf.Insert(position, history);
            }

            AddLive(leaf, depth, 1);
        }

        (createdMain, version) = (history.CreatedMain, history.Version);
        return history.Key;
    }

    /// <summary>Adds a tombstone to a living key's history.</summary>
    public void Tombstone(ReadOnlySpan<byte> key, Revision revision)
    {
        IndexLeaf leaf = Descend(key, out int depth, out int position, out bool found);
        if (!found)
        {
            throw new InvalidOperationException($"tombstone at {revision} on a key that was never put");
        }

        leaf[position] = leaf[position].WithTombstone(revision);
        AddLive(leaf, depth, -1);
    }

    /// <summary>Takes over a row while the index is rebuilt; rows come in revision order.</summary>
    /// <param name="key">The row's key; copied when it is new.</param>
    /// <param name="revision">The row's revision.</param>
    /// <param name="createdMain">Creation revision in the row; used when it is the key's first row.</param>
    /// <param name="version">Version in the row; used when it is the key's first row.</param>
    /// <param name="hasLease">True for a put with a lease.</param>
    /// <param name="isTombstone">True for a tombstone.</param>
    /// <returns>The index's own array of the key.</returns>
    public byte[] Restore(
        ReadOnlySpan<byte> key, Revision revision, long createdMain, long version, bool hasLease, bool isTombstone)
    {
        IndexLeaf leaf = DescendForInsert(key, out int depth, out int position, out bool found);
        if (!found)
        {
            byte[] owned = key.ToArray();
            leaf.Insert(position, isTombstone
                ? KeyHistory.BeginWithTombstone(owned, revision)
                : KeyHistory.BeginWithPut(owned, revision, createdMain, version, hasLease));
            AddLive(leaf, depth, isTombstone ? 0 : 1);
            return owned;
        }

        KeyHistory history = leaf[position];
        int before = history.IsLive ? 1 : 0;
        if (!isTombstone)
        {
            history = history.WithPut(revision, hasLease);
        }
        else if (history.IsLive)
        {
            history = history.WithTombstone(revision);
        }

        leaf[position] = history;
        AddLive(leaf, depth, (history.IsLive ? 1 : 0) - before);
        return history.Key;
    }

    /// <summary>
    /// Forgets what a compaction at <paramref name="atMain"/> makes unreachable, for at most
    /// <paramref name="maxKeys"/> keys from a position on.
    /// </summary>
    /// <param name="atMain">The compact revision.</param>
    /// <param name="maxKeys">Largest number of keys looked at, from 1.</param>
    /// <param name="cursor">First key to look at; afterwards where to go on, null at the end.</param>
    public void CompactStep(long atMain, int maxKeys, ref byte[]? cursor)
    {
        var visitor = new CompactionVisitor(atMain, maxKeys);
        IndexReader.Visit(_root, cursor, [], hasTo: false, ref visitor);
        cursor = visitor.Next;
        foreach ((byte[] key, KeyHistory? compacted) in visitor.Changed)
        {
            if (compacted is not null)
            {
                Replace(compacted);
            }
            else
            {
                Remove(key);
            }
        }
    }

    private void Replace(KeyHistory history)
    {
        IndexLeaf leaf = Descend(history.Key, out _, out int position, out _);
        leaf[position] = history;
    }

    // Only keys without revisions are removed, so no live count changes.
    private void Remove(ReadOnlySpan<byte> key)
    {
        _root = Own(_root);
        RemoveFrom(_root, key);
        while (_root is IndexInner { Count: 1 } inner)
        {
            _root = inner[0];
        }

        if (_root is IndexInner { Count: 0 })
        {
            _root = new IndexLeaf(_epoch);
        }
    }

    private void RemoveFrom(IndexNode node, ReadOnlySpan<byte> key)
    {
        if (node is IndexLeaf leaf)
        {
            leaf.RemoveAt(leaf.LowerBound(key, known: 0, out _));
            return;
        }

        var inner = (IndexInner)node;
        int position = inner.ChildFor(key);
        IndexNode child = OwnChild(inner, position);
        RemoveFrom(child, key);
        if (child.Count >= MergeBelow)
        {
            return;
        }

        if (child.Count == 0)
        {
            inner.RemoveAt(position);
        }
        else if (position > 0 && inner[position - 1].Count + child.Count <= IndexNode.Capacity)
        {
            Merge(inner, position - 1);
        }
        else if (position + 1 < inner.Count && inner[position + 1].Count + child.Count <= IndexNode.Capacity)
        {
            Merge(inner, position);
        }
    }

    private void Merge(IndexInner inner, int left)
    {
        IndexNode target = OwnChild(inner, left);
        if (target is IndexLeaf leaf)
        {
            leaf.Absorb((IndexLeaf)inner[left + 1]);
        }
        else
        {
            ((IndexInner)target).Absorb(inner.SeparatorBehind(left), (IndexInner)inner[left + 1]);
        }

        inner.RemoveAt(left + 1);
    }

    // Owns every node on the way, and remembers the inner ones in _path[0..depth).
    private IndexLeaf Descend(ReadOnlySpan<byte> key, out int depth, out int position, out bool found)
    {
        depth = 0;
        int known = 0;
        IndexNode node = _root = Own(_root);
        while (node is IndexInner inner)
        {
            _path[depth++] = inner;
            node = OwnChild(inner, inner.ChildFor(key, ref known));
        }

        var leaf = (IndexLeaf)node;
        position = leaf.LowerBound(key, known, out found);
        return leaf;
    }

    // As Descend, but splits full nodes on the way, so that the leaf and its parents have room for one more.
    private IndexLeaf DescendForInsert(ReadOnlySpan<byte> key, out int depth, out int position, out bool found)
    {
        depth = 0;
        int known = 0;
        IndexNode node = _root = Own(_root);
        if (node.Count == IndexNode.Capacity)
        {
            var top = new IndexInner(_epoch);
            top.Begin(node);
            SplitChild(top, 0, key);
            node = _root = top;
        }

        while (node is IndexInner inner)
        {
            _path[depth++] = inner;
            int child = inner.ChildFor(key, ref known);
            node = OwnChild(inner, child);
            if (node.Count == IndexNode.Capacity && (node is IndexInner || IsAbsent((IndexLeaf)node, key, known)))
            {
                SplitChild(inner, child, key);
                node = inner[inner.ChildFor(key, ref known)];
            }
        }

        var leaf = (IndexLeaf)node;
        position = leaf.LowerBound(key, known, out found);
        return leaf;
    }

    private static bool IsAbsent(IndexLeaf leaf, ReadOnlySpan<byte> key, int known)
    {
        leaf.LowerBound(key, known, out bool found);
        return !found;
    }

    private static void SplitChild(IndexInner parent, int position, ReadOnlySpan<byte> key)
    {
        if (parent[position] is IndexLeaf leaf)
        {
            // Keys that come in ascending order leave full leaves behind, not half-full ones.
            bool appends = key.SequenceCompareTo(leaf[leaf.Count - 1].Key) > 0;
            IndexLeaf right = leaf.SplitAt(appends ? leaf.Count - 1 : leaf.Count / 2);
            parent.InsertAfter(position, right[0].Key, right);
        }
        else
        {
            var inner = (IndexInner)parent[position];
            bool appends = inner.ChildFor(key) == inner.Count - 1;
            IndexInner right = inner.SplitAt(appends ? inner.Count - 2 : inner.Count / 2, out byte[] separator);
            parent.InsertAfter(position, separator, right);
        }
    }

    private void AddLive(IndexLeaf leaf, int depth, int delta)
    {
        if (delta != 0)
        {
            leaf.Live += delta;
            for (int i = 0; i < depth; i++)
            {
                _path[i].Live += delta;
            }
        }

        Array.Clear(_path, 0, depth);
    }

    private IndexNode OwnChild(IndexInner inner, int position)
    {
        IndexNode child = inner[position];
        if (child.Epoch != _epoch)
        {
            child = child.CloneFor(_epoch);
            inner[position] = child;
        }

        return child;
    }

    private IndexNode Own(IndexNode node) => node.Epoch == _epoch ? node : node.CloneFor(_epoch);

    private struct CompactionVisitor(long atMain, int maxKeys) : IIndexVisitor
    {
        private int _left = maxKeys;

        public List<(byte[] Key, KeyHistory? Compacted)> Changed { get; } = [];

        public byte[]? Next { get; private set; }

        public bool Visit(KeyHistory history)
        {
            if (_left-- == 0)
            {
                Next = history.Key;
                return false;
            }

            bool isUntouched = history.IsLive && history.Count == 1;
            if (isUntouched)
            {
                return true;
            }

            KeyHistory? compacted = history.Compact(atMain);
            if (!ReferenceEquals(compacted, history))
            {
                Changed.Add((history.Key, compacted));
            }

            return true;
        }
    }
}
