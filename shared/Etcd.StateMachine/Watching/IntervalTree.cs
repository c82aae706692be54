namespace Etcd.StateMachine.Watching;

/// <summary>
/// The ranges of watchers, to find those that contain a key: an AVL tree by start and end, each node knowing the
/// greatest end below it. Owned by the shard loop. Insertion and removal take O(log n), a search O(log n + found).
/// </summary>
internal sealed class IntervalTree
{
    private Node? _root;

    /// <summary>Number of different ranges.</summary>
    public int Count { get; private set; }

    /// <summary>The set of a range, made when it does not exist.</summary>
    /// <param name="start">First key, inclusive.</param>
    /// <param name="end">End, exclusive; null for none.</param>
    public List<Watcher> GetOrAdd(byte[] start, byte[]? end)
    {
        List<Watcher>? set = null;
        _root = Insert(_root, start, end, ref set);
        return set!; // Insert always sets it.
    }

    /// <summary>Removes a range that exists.</summary>
    public void Remove(byte[] start, byte[]? end)
    {
        _root = Remove(_root, start, end);
        Count--;
    }

    /// <summary>Adds every watcher whose range contains a key.</summary>
    public void Collect(ReadOnlySpan<byte> key, List<Watcher> found) => Collect(_root, key, found);

    private static void Collect(Node? node, ReadOnlySpan<byte> key, List<Watcher> found)
    {
        while (node is not null && IsBelow(key, node.MaxEnd))
        {
            Collect(node.Left, key, found);
            if (key.SequenceCompareTo(node.Start) < 0)
            {
                return;
            }

            if (IsBelow(key, node.End))
            {
                found.AddRange(node.Set);
            }

            node = node.Right;
        }
    }

    private static bool IsBelow(ReadOnlySpan<byte> key, byte[]? end) => end is null || key.SequenceCompareTo(end) < 0;

    private static int CompareEnds(byte[]? left, byte[]? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        _ => left.AsSpan().SequenceCompareTo(right),
    };

    private static int Compare(byte[] start, byte[]? end, Node node)
    {
        int order = start.AsSpan().SequenceCompareTo(node.Start);
        return order != 0 ? order : CompareEnds(end, node.End);
    }

    private Node Insert(Node? node, byte[] start, byte[]? end, ref List<Watcher>? set)
    {
        if (node is null)
        {
            Count++;
            node = new Node(start, end);
            set = node.Set;
            return node;
        }

        int order = Compare(start, end, node);
        if (order == 0)
        {
            set = node.Set;
            return node;
        }

        if (order < 0)
        {
            node.Left = Insert(node.Left, start, end, ref set);
        }
        else
        {
            node.Right = Insert(node.Right, start, end, ref set);
        }

        return Balance(node);
    }

    private static Node? Remove(Node? node, byte[] start, byte[]? end)
    {
        if (node is null)
        {
            throw new InvalidOperationException($"range {Convert.ToHexString(start)} is not in the tree");
        }

        int order = Compare(start, end, node);
        if (order < 0)
        {
            node.Left = Remove(node.Left, start, end);
            return Balance(node);
        }

        if (order > 0)
        {
            node.Right = Remove(node.Right, start, end);
            return Balance(node);
        }

        if (node.Left is null || node.Right is null)
        {
            return node.Left ?? node.Right;
        }

        Node successor = node.Right;
        while (successor.Left is not null)
        {
            successor = successor.Left;
        }

        successor.Right = RemoveLowest(node.Right);
        successor.Left = node.Left;
        return Balance(successor);
    }

    private static Node? RemoveLowest(Node node)
    {
        if (node.Left is null)
        {
            return node.Right;
        }

        node.Left = RemoveLowest(node.Left);
        return Balance(node);
    }

    private static Node Balance(Node node)
    {
        int lean = Height(node.Left) - Height(node.Right);
        if (lean > 1)
        {
            Node left = node.Left!; // The higher side is not empty.
            if (Height(left.Left) < Height(left.Right))
            {
                node.Left = RotateLeft(left);
            }

            return RotateRight(node);
        }

        if (lean < -1)
        {
            Node right = node.Right!; // The higher side is not empty.
            if (Height(right.Right) < Height(right.Left))
            {
                node.Right = RotateRight(right);
            }

            return RotateLeft(node);
        }

        Update(node);
        return node;
    }

    private static Node RotateRight(Node node)
    {
        Node top = node.Left!; // The caller rotates towards the lower side.
        node.Left = top.Right;
        top.Right = node;
        Update(node);
        Update(top);
        return top;
    }

    private static Node RotateLeft(Node node)
    {
        Node top = node.Right!; // The caller rotates towards the lower side.
        node.Right = top.Left;
        top.Left = node;
        Update(node);
        Update(top);
        return top;
    }

    private static int Height(Node? node) => node?.Height ?? 0;

    private static void Update(Node node)
    {
        node.Height = 1 + Math.Max(Height(node.Left), Height(node.Right));
        byte[]? maxEnd = node.End;
        if (node.Left is not null && CompareEnds(node.Left.MaxEnd, maxEnd) > 0)
        {
            maxEnd = node.Left.MaxEnd;
        }

        if (node.Right is not null && CompareEnds(node.Right.MaxEnd, maxEnd) > 0)
        {
            maxEnd = node.Right.MaxEnd;
        }

        node.MaxEnd = maxEnd;
    }

    private sealed class Node(byte[] start, byte[]? end)
    {
        public byte[] Start { get; } = start;

        public byte[]? End { get; } = end;

        public byte[]? MaxEnd { get; set; } = end;

        public List<Watcher> Set { get; } = [];

        public int Height { get; set; } = 1;

        public Node? Left { get; set; }

        public Node? Right { get; set; }
    }
}
