using Etcd.Ports.Engine;
using Etcd.StateMachine.Mvcc;
using Etcd.Testing;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class RowReaderTests : IDisposable
{
    private readonly InMemoryEngine _engine = new();
    private readonly ValueCache _cache = new(maxBytes: 64 << 20);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 1)]
    [InlineData(32, 1)]
    [InlineData(500, 1)]
    [InlineData(500, 8)]
    [InlineData(500, 9)]
    [InlineData(6000, 3)]
    public void Rows_arrive_at_their_places_whatever_their_order(int count, int distance)
    {
        Revision[] revisions = Store(count, distance);
        new Random(count + distance).Shuffle(revisions);
        MissingRow[] rows = [.. revisions.Select((revision, place) => new MissingRow(revision, place))];
        var values = new KeyValue?[count];
        var keys = new KeyValue?[count];

        Assert.True(Reader().Load([.. rows], values, keysOnly: false));
        Assert.True(Reader().Load([.. rows], keys, keysOnly: true));

        for (int i = 0; i < count; i++)
        {
            KeyValue expected = RowOf(revisions[i]);
            Assert.Equal(expected, values[i]);
            expected.Value = ByteString.Empty;
            Assert.Equal(expected, keys[i]);
        }
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 9)]
    [InlineData(400, 0)]
    [InlineData(400, 200)]
    [InlineData(400, 399)]
    public void Row_that_is_gone_fails_the_whole_read(int count, int gone)
    {
        Revision[] revisions = Store(count, distance: 1);
        Span<byte> key = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(key, revisions[gone]);
        using IKvBatch batch = _engine.CreateBatch();
        batch.Delete(Bucket.Key, key);
        _engine.Write(batch);
        MissingRow[] rows = [.. revisions.Select((revision, place) => new MissingRow(revision, place))];

        Assert.False(Reader().Load([.. rows], new KeyValue?[count], keysOnly: false));
        Assert.False(Reader().Load([.. rows], new KeyValue?[count], keysOnly: true));
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Read_of_very_many_rows_leaves_the_cache_alone(int count, bool isCached)
    {
        Revision[] revisions = Store(count, distance: 1);
        MissingRow[] rows = [.. revisions.Select((revision, place) => new MissingRow(revision, place))];
        RowReader reader = Reader();

        Assert.True(reader.Load(rows, new KeyValue?[count], keysOnly: false));

        Assert.Equal(isCached, reader.Find(revisions[^1]) is not null);
        Assert.Equal(isCached, _cache.SizeBytes > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Large_values_are_read_for_each_answer_anew(int count)
    {
        Revision[] revisions = Store(count, distance: 1, valueBytes: LargeValue.LeastBytes);
        MissingRow[] rows = [.. revisions.Select((revision, place) => new MissingRow(revision, place))];
        RowReader reader = Reader();
        var first = new KeyValue?[count];
        var second = new KeyValue?[count];

        Assert.True(reader.Load([.. rows], first, keysOnly: false));
        Assert.True(reader.Load([.. rows], second, keysOnly: false));

        Assert.Equal(first, second);
        Assert.Equal(0, _cache.SizeBytes);
        Assert.All(first.Zip(second), pair => Assert.NotSame(pair.First, pair.Second));
    }

    public void Dispose() => _engine.Dispose();

    private RowReader Reader() => new(_engine, _cache);

    // Two puts, and now and then a tombstone, in each main revision.
    private Revision[] Store(int count, int distance, int valueBytes = 0)
    {
        var revisions = new Revision[count];
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLength];
        using IKvBatch batch = _engine.CreateBatch();
        for (int i = 0; i < count; i++)
        {
            var revision = new Revision(2 + (i / 2 * distance), i % 2);
            revisions[i] = revision;
            RevisionKey.Write(key, revision);
            batch.Put(Bucket.Key, key[..RevisionKey.Length], RowOf(revision, valueBytes).ToByteArray());
            if (i % 6 == 5)
            {
                RevisionKey.WriteTombstone(key, revision with { Sub = 2 });
                batch.Put(Bucket.Key, key, [0x0A, 0x01, 0x6B]);
            }
        }

        _engine.Write(batch);
        return revisions;
    }

    private static KeyValue RowOf(Revision revision, int valueBytes = 0) => new()
    {
        Key = ByteString.CopyFromUtf8($"k{revision.Main}/{revision.Sub}"),
        CreateRevision = 2,
        ModRevision = revision.Main,
        Version = revision.Main,
        Lease = revision.Sub,
        Value = ByteString.CopyFromUtf8($"{revision}".PadRight(valueBytes)),
    };
}
