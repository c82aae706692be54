using System.Text;
using Etcd.StateMachine.Mvcc;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class KeyIndexTests
{
    [Theory]
    [InlineData(1, KeyShape.Numbers)]
    [InlineData(2, KeyShape.Numbers)]
    [InlineData(3, KeyShape.Paths)]
    [InlineData(4, KeyShape.Paths)]
    [InlineData(5, KeyShape.Zeros)]
    [InlineData(6, KeyShape.Zeros)]
    public void Published_trees_stay_as_they_were_under_random_changes(int seed, KeyShape shape)
    {
        var random = new Random(seed);
        var index = new KeyIndex();
        var model = new SortedDictionary<byte[], (bool Live, long Main)>(ByteOrder.Instance);
        var published = new List<(IndexNode Root, long At, (byte[] Key, bool Live, long Main)[] Expected)>();
        long main = 1;
        for (int step = 0; step < 6000; step++)
        {
            byte[] key = KeyOf(shape, random.Next(step < 3000 ? 3000 : 600));
            main++;
            if (random.Next(3) != 0 || !model.TryGetValue(key, out (bool Live, long Main) known) || !known.Live)
            {
                index.Put(key, new Revision(main, 0), hasLease: false, out _, out _);
                model[key] = (true, main);
            }
            else
            {
                index.Tombstone(key, new Revision(main, 0));
                model[key] = (false, main);
            }

            if (random.Next(40) == 0)
            {
                published.Add((index.Publish(), main, Contents(model)));
            }

            if (random.Next(1500) == 0)
            {
                CompactAll(index, main + 1, random.Next(1, 200));
                foreach (byte[] dead in model.Where(pair => !pair.Value.Live).Select(pair => pair.Key).ToArray())
                {
                    model.Remove(dead);
                }
            }
        }

        published.Add((index.Publish(), main, Contents(model)));
        foreach ((IndexNode root, long at, (byte[] Key, bool Live, long Main)[] expected) in published)
        {
            Check(root, at, expected, shape, random);
        }
    }

    [Fact]
    public void Ascending_keys_fill_their_leaves()
    {
        var index = new KeyIndex();
        for (int i = 0; i < 10_000; i++)
        {
            index.Put(Encoding.ASCII.GetBytes($"{i:d8}"), new Revision(i + 2, 0), hasLease: false, out _, out _);
        }

        var counter = new LeafCounter();
        counter.Count(index.Root);
        Assert.Equal(10_000, index.Root.Live);
        Assert.InRange(counter.Leaves, 10_000 / IndexNode.Capacity, (10_000 / IndexNode.Capacity * 12 / 10) + 2);
    }

    [Fact]
    public void Index_is_empty_after_everything_is_compacted()
    {
        var index = new KeyIndex();
        for (int i = 0; i < 3000; i++)
        {
            index.Put(Encoding.ASCII.GetBytes($"{i}"), new Revision(i + 2, 0), hasLease: false, out _, out _);
        }

        for (int i = 0; i < 3000; i++)
        {
            index.Tombstone(Encoding.ASCII.GetBytes($"{i}"), new Revision(i + 4000, 0));
        }

        CompactAll(index, 9000, 100);

        Assert.Equal(0, index.Root.Live);
        Assert.Empty(Walk(index.Root, [], [], hasTo: false));
        index.Put([1], new Revision(9001, 0), hasLease: false, out _, out _);
        Assert.Single(Walk(index.Root, [], [], hasTo: false));
    }

    public enum KeyShape
    {
        Numbers,
        Paths,
        Zeros,
    }

    private static (byte[] Key, bool Live, long Main)[] Contents(
        SortedDictionary<byte[], (bool Live, long Main)> model) =>
        [.. model.Select(pair => (pair.Key, pair.Value.Live, pair.Value.Main))];

    // Keys that differ early or late, that begin one another, and that end in the zeros with which words are filled.
    private static byte[] KeyOf(KeyShape shape, int number) => shape switch
    {
        KeyShape.Numbers => Encoding.ASCII.GetBytes($"k{number}"),
        KeyShape.Paths => Encoding.ASCII.GetBytes(
            $"/registry/{(number % 7 == 0 ? "pods" : "events/kube-system/kube-scheduler")}/{number / 3}/{number % 3}"),
        _ => [(byte)(number / 100 % 3), .. new byte[number % 25], .. new byte[] { 0, 255, 1 }.AsSpan(0, number / 25 % 4)],
    };

    private static void Check(
        IndexNode root, long at, (byte[] Key, bool Live, long Main)[] expected, KeyShape shape, Random random)
    {
        List<KeyHistory> all = Walk(root, [], [], hasTo: false);
        Assert.Equal(expected.Length, all.Count);
        Assert.Equal(expected.Count(pair => pair.Live), root.Live);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Key, all[i].Key);
            Assert.Equal(expected[i].Live, all[i].IsLive);
            Assert.Equal(expected[i].Live, all[i].TryGet(at, out Revision modified, out _, out _));
            Assert.True(!expected[i].Live || expected[i].Main == modified.Main, $"{modified} at {at}");
        }

        for (int round = 0; round < 10; round++)
        {
            byte[] from = KeyOf(shape, random.Next(3000));
            byte[] to = KeyOf(shape, random.Next(3000));
            bool hasTo = random.Next(4) != 0;
            var inside = expected.Where(pair => pair.Key.AsSpan().SequenceCompareTo(from) >= 0
                && (!hasTo || pair.Key.AsSpan().SequenceCompareTo(to) < 0)).ToArray();

            Assert.Equal(inside.Select(pair => pair.Key), Walk(root, from, to, hasTo).Select(history => history.Key));
            Assert.Equal(inside.Count(pair => pair.Live), IndexReader.CountLive(root, from, to, hasTo));
            bool present = expected.Any(pair => pair.Key.AsSpan().SequenceEqual(from));
            Assert.Equal(present, IndexReader.Find(root, from) is not null);
        }
    }

    private static void CompactAll(KeyIndex index, long atMain, int step)
    {
        byte[]? cursor = null;
        do
        {
            index.CompactStep(atMain, step, ref cursor);
        }
        while (cursor is not null);
    }

    private static List<KeyHistory> Walk(IndexNode root, byte[] from, byte[] to, bool hasTo)
    {
        var visitor = new Collector([]);
        IndexReader.Visit(root, from, to, hasTo, ref visitor);
        return visitor.Found;
    }

    private readonly struct Collector(List<KeyHistory> found) : IIndexVisitor
    {
        public List<KeyHistory> Found => found;

        public bool Visit(KeyHistory history)
        {
            found.Add(history);
            return true;
        }
    }

    private sealed class LeafCounter
    {
        public int Leaves { get; private set; }

        public void Count(IndexNode node)
        {
            if (node is IndexInner inner)
            {
                for (int i = 0; i < inner.Count; i++)
                {
                    Count(inner[i]);
                }
            }
            else
            {
                Leaves++;
            }
        }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
