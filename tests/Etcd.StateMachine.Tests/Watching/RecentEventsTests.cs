using Etcd.StateMachine.Watching;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

public sealed class RecentEventsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Kept_revisions_read_as_they_were_added(int seed)
    {
        const int maxBytes = 200_000;
        Random random = new(seed);
        int maxRevisions = random.Next(1, 100);
        RecentEvents recent = new(maxRevisions, maxBytes);
        List<RevisionEvents> all = [];
        List<RevisionEvents> read = [];
        long revision = 1;
        for (int round = 0; round < 3000; round++)
        {
            RevisionEvents added = NewRevision(++revision, random);
            recent.Add(added);
            all.Add(added);
            Assert.InRange(recent.First, Math.Max(2, revision - maxRevisions + 1), revision);
            long from = random.NextInt64(recent.First, revision + 1);
            read.Clear();
            Assert.Equal(revision + 1, recent.Read(from, revision, int.MaxValue, long.MaxValue, read));
            Assert.Equal(all.Where(known => known.Revision >= from).Select(Text), read.Select(Text));
            if (round % 1000 == 999)
            {
                recent.Clear();
                Assert.Equal(long.MaxValue, recent.First);
            }

            all.RemoveAll(known => known.Revision < recent.First);
        }
    }

    [Fact]
    public void Read_ends_after_the_revision_that_reaches_the_bytes()
    {
        RecentEvents recent = new(maxRevisions: 10, maxBytes: 1 << 20);
        for (long revision = 5; revision < 10; revision++)
        {
            recent.Add(new RevisionEvents(revision, [NewEvent(revision, new byte[1000])]));
        }

        List<RevisionEvents> read = [];
        Assert.Equal(8, recent.Read(6, 9, maxRevisions: 10, maxBytes: 1500, read));
        Assert.Equal([6, 7], read.Select(static events => events.Revision));
        read.Clear();
        Assert.Equal(7, recent.Read(6, 9, maxRevisions: 1, maxBytes: 1500, read));
        Assert.Throws<InvalidOperationException>(() => recent.Read(4, 9, 10, 1500, read));
    }

    private static RevisionEvents NewRevision(long revision, Random random)
    {
        // Now and then one that is larger than everything that may be kept.
        int most = random.Next(100) == 0 ? 300_000 : random.Next(1, 5000);
        Event[] events = new Event[random.Next(1, 4)];
        for (int index = 0; index < events.Length; index++)
        {
            byte[] value = new byte[random.Next(most)];
            random.NextBytes(value);
            events[index] = NewEvent(revision, value);
        }

        return new RevisionEvents(revision, events);
    }

    private static Event NewEvent(long revision, byte[] value) => new()
    {
        Type = value.Length % 3 == 0 ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
        Kv = new KeyValue
        {
            Key = ByteString.CopyFromUtf8($"key{revision}"),
            Value = UnsafeByteOperations.UnsafeWrap(value),
            ModRevision = revision,
        },
    };

    private static string Text(RevisionEvents events) =>
        $"{events.Revision}: {string.Join(' ', events.Events.Select(static change => change.ToByteString().ToBase64()))}";
}
