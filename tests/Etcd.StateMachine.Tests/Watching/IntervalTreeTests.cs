using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Tests.Watching;

public sealed class IntervalTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Index_finds_what_a_scan_of_all_watchers_finds(int seed)
    {
        Random random = new(seed);
        WatcherIndex index = new();
        List<Watcher> all = [];
        List<Watcher> found = [];
        for (int round = 0; round < 4000; round++)
        {
            if (all.Count == 0 || random.Next(100) < (round % 1000 < 500 ? 60 : 40))
            {
                Watcher added = NewWatcher(round, random);
                index.Add(added);
                all.Add(added);
            }
            else
            {
                int position = random.Next(all.Count);
                index.Remove(all[position]);
                all.RemoveAt(position);
            }

            Assert.Equal(all.Count, index.Count);
            byte[] key = NewKey(random);
            found.Clear();
            index.Collect(key, found);
            Assert.Equal(
                all.Where(watcher => Contains(watcher, key)).Select(static watcher => watcher.Id).Order(),
                found.Select(static watcher => watcher.Id).Order());
        }
    }

    [Fact]
    public void Tree_stays_low_when_ranges_come_in_order()
    {
        IntervalTree tree = new();
        for (int number = 0; number < 100_000; number++)
        {
            tree.GetOrAdd(BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(number)), null);
        }

        Assert.Equal(100_000, tree.Count);
        for (int number = 0; number < 100_000; number++)
        {
            tree.Remove(BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(number)), null);
        }

        Assert.Equal(0, tree.Count);
        Assert.Throws<InvalidOperationException>(() => tree.Remove([1], null));
    }

    private static Watcher NewWatcher(int id, Random random)
    {
        byte[] key = NewKey(random);
        byte[]? end = null;
        bool isRange = random.Next(3) != 0;
        if (isRange && random.Next(5) != 0)
        {
            end = NewKey(random);
            if (key.AsSpan().SequenceCompareTo(end) >= 0)
            {
                end = [.. key, (byte)random.Next(4)];
            }
        }

        InFlightBudget budget = new(new WatchShardOptions { ClusterId = 1, MemberId = 1 });
        WatchStreamState stream = new(new RecordingSink(1), budget, 0);
        WatchCreateRequest request = new() { Key = ByteString.CopyFrom(key) };
        return new Watcher(stream, id, request, key, end, isRange);
    }

    private static byte[] NewKey(Random random)
    {
        byte[] key = new byte[random.Next(4)];
        for (int index = 0; index < key.Length; index++)
        {
            key[index] = (byte)random.Next(4);
        }

        return key;
    }

    private static bool Contains(Watcher watcher, byte[] key) => watcher.IsRange
        ? watcher.Key.AsSpan().SequenceCompareTo(key) <= 0
            && (watcher.End is null || key.AsSpan().SequenceCompareTo(watcher.End) < 0)
        : watcher.Key.AsSpan().SequenceEqual(key);
}
