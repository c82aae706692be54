using System.Text;
using Etcd.Ports.Engine;
using Etcd.Storage.RocksDb;

namespace Etcd.Storage.Tests.RocksDb;

public sealed class RocksDbEngineTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Get_after_write_returns_the_value_of_that_bucket_only()
    {
        using var engine = Open();
        Put(engine, Bucket.Key, "a", "1");

        Assert.Equal("1", Text(engine.Get(Bucket.Key, "a"u8)));
        Assert.Null(engine.Get(Bucket.Lease, "a"u8));
        Assert.Null(engine.Get(Bucket.Key, "b"u8));
    }

    [Fact]
    public void Empty_value_and_empty_key_are_kept()
    {
        using var engine = Open();
        Put(engine, Bucket.Alarm, "", "");

        Assert.Equal("", Text(engine.Get(Bucket.Alarm, [])));
        Assert.Equal([("", "")], Pairs(engine.Scan(Bucket.Alarm, [], [])));
        Assert.Equal("", Text(engine.LastKey(Bucket.Alarm)));
    }

    [Fact]
    public void Long_key_and_value_are_kept()
    {
        using var engine = Open();
        var key = new string('k', 5000);
        var value = new string('v', 2_000_000);
        Put(engine, Bucket.Members, key, value);

        Assert.Equal(value, Text(engine.Get(Bucket.Members, Encoding.UTF8.GetBytes(key))));
    }

    [Fact]
    public void Value_is_read_in_place_by_engine_and_snapshot()
    {
        using var engine = Open();
        Put(engine, Bucket.Key, "a", "12");
        using var snapshot = engine.OpenSnapshot();
        Put(engine, Bucket.Key, "a", "3");

        Assert.Equal("3", engine.Get(Bucket.Key, "a"u8, static value => Text(value.ToArray())));
        Assert.Equal("12", snapshot.Get(Bucket.Key, "a"u8, static value => Text(value.ToArray())));
        Assert.Null(engine.Get(Bucket.Lease, "a"u8, static value => "never called"));
    }

    [Fact]
    public void Scan_keeps_its_bounds_and_its_bucket()
    {
        using var engine = Open();
        foreach (var key in (string[])["a", "b", "c", "d"])
        {
            Put(engine, Bucket.Key, key, key);
            Put(engine, Bucket.Cluster, key, "other");
            Put(engine, Bucket.Lease, key, "other");
        }

        Assert.Equal(["a", "b", "c", "d"], Keys(engine.Scan(Bucket.Key, [], [])));
        Assert.Equal(["b", "c"], Keys(engine.Scan(Bucket.Key, "b"u8, "d"u8)));
        Assert.Equal(["c", "d"], Keys(engine.Scan(Bucket.Key, "bb"u8, [])));
        Assert.Equal(["a"], Keys(engine.Scan(Bucket.Key, [], "b"u8)));
        Assert.Empty(Keys(engine.Scan(Bucket.Key, "c"u8, "b"u8)));
        Assert.Empty(Keys(engine.Scan(Bucket.Meta, [], [])));
        Assert.Equal("d", Text(engine.LastKey(Bucket.Key)));
        Assert.Null(engine.LastKey(Bucket.Meta));
    }

    [Fact]
    public void Cursors_keep_their_own_ends_while_others_come_and_go()
    {
        using var engine = Open();
        foreach (var key in (string[])["a", "b", "c", "d", "e"])
        {
            Put(engine, Bucket.Key, key, key);
            Put(engine, Bucket.Lease, key, key);
        }

        Keys(engine.Scan(Bucket.Key, [], "b"u8));
        using var first = engine.Scan(Bucket.Key, [], "c"u8);
        Assert.True(first.MoveNext());
        using var second = engine.Scan(Bucket.Lease, [], "d"u8);
        Assert.True(second.MoveNext());
        Assert.Equal(["b", "c", "d"], Keys(engine.Scan(Bucket.Key, "b"u8, "e"u8)));
        Assert.Equal(["a", "b", "c", "d", "e"], Keys(engine.Scan(Bucket.Key, [], [])));

        Assert.Equal(["b", "c"], Keys(second));
        Assert.Equal(["d"], Keys(engine.Scan(Bucket.Key, "d"u8, "e"u8)));
        Assert.Equal(["b"], Keys(first));
    }

    [Fact]
    public void Snapshot_and_cursor_do_not_see_later_writes_and_outlive_the_engine()
    {
        var engine = Open();
        Put(engine, Bucket.Key, "a", "1");
        var snapshot = engine.OpenSnapshot();
        var cursor = engine.Scan(Bucket.Key, [], []);
        Put(engine, Bucket.Key, "a", "2");
        Put(engine, Bucket.Key, "b", "2");
        engine.Flush();
        engine.Dispose();

        Assert.Equal("1", Text(snapshot.Get(Bucket.Key, "a"u8)));
        Assert.Equal([("a", "1")], Pairs(snapshot.Scan(Bucket.Key, [], [])));
        Assert.Equal([("a", "1")], Pairs(cursor));
        Assert.Equal("a", Text(snapshot.LastKey(Bucket.Key)));
        snapshot.Dispose();
        Assert.Throws<ObjectDisposedException>(() => snapshot.Get(Bucket.Key, "a"u8));
        Assert.Throws<ObjectDisposedException>(() => engine.Get(Bucket.Key, "a"u8));
        using var again = Open();
        Assert.Equal("2", Text(again.Get(Bucket.Key, "b"u8)));
    }

    [Fact]
    public void Second_open_says_that_the_directory_is_in_use()
    {
        using var engine = Open();
        var exception = Assert.Throws<StorageException>(() => Open().Dispose());
        Assert.Contains("Another process has it open", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_in_the_directory_is_refused_with_advice()
    {
        Open().Dispose();
        File.WriteAllText(_directory.Combine("CURRENT"), "garbage\n");
        var exception = Assert.Throws<StorageException>(() => Open().Dispose());
        Assert.Contains("cannot open the key-value engine", exception.Message, StringComparison.Ordinal);
        Assert.Contains("restore a snapshot", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_grow_with_data_and_shrink_after_compaction()
    {
        using var engine = Open();
        using var batch = engine.CreateBatch();
        var random = new Random(1);
        var value = new byte[10_000];
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(value);
            batch.Put(Bucket.Key, BitConverter.GetBytes(i), value);
        }

        engine.Write(batch);
        engine.Flush();
        engine.Compact();
        Assert.InRange(engine.SizeBytes, 9_000_000, 20_000_000);
        Assert.InRange(engine.SizeInUseBytes, 9_000_000, engine.SizeBytes);

        batch.Clear();
        batch.DeleteRange(Bucket.Key, [], []);
        engine.Write(batch);
        engine.Flush();
        engine.Compact();
        Assert.InRange(engine.SizeBytes, 0, 5_000_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_operations_agree_with_a_sorted_dictionary(int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<(Bucket, string), string>(
            Comparer<(Bucket Bucket, string Key)>.Create((x, y) =>
                x.Bucket != y.Bucket ? x.Bucket.CompareTo(y.Bucket) : string.CompareOrdinal(x.Key, y.Key)));
        var snapshots = new List<(IKvSnapshot Snapshot, List<((Bucket, string), string)> Expected)>();
        var engine = Open();
        var batch = engine.CreateBatch();
        for (var step = 0; step < 1500; step++)
        {
            switch (random.Next(12))
            {
                case < 7:
                    Change(random, batch, model);
                    break;
                case 7 when snapshots.Count < 4:
                    snapshots.Add((engine.OpenSnapshot(), model.Select(pair => (pair.Key, pair.Value)).ToList()));
                    break;
                case 8 when snapshots.Count > 0:
                    Check(snapshots[0].Snapshot, snapshots[0].Expected, random);
                    snapshots[0].Snapshot.Dispose();
                    snapshots.RemoveAt(0);
                    break;
                case 9 when random.Next(10) == 0:
                    engine.Flush();
                    break;
                case 10 when random.Next(20) == 0:
                    engine.Flush();
                    snapshots.ForEach(entry => entry.Snapshot.Dispose());
                    snapshots.Clear();
                    batch.Dispose();
                    engine.Dispose();
                    engine = Open();
                    batch = engine.CreateBatch();
                    break;
                default:
                    Check(engine, model.Select(pair => (pair.Key, pair.Value)).ToList(), random);
                    break;
            }

            engine.Write(batch);
            batch.Clear();
        }

        snapshots.ForEach(entry => entry.Snapshot.Dispose());
        batch.Dispose();
        engine.Dispose();
    }

    private static void Change(
        Random random, IKvBatch batch, SortedDictionary<(Bucket, string), string> model)
    {
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var bucket = (Bucket)random.Next(1, 11);
            var key = Key(random);
            if (random.Next(8) == 0)
            {
                var to = random.Next(4) == 0 ? string.Empty : Key(random);
                batch.DeleteRange(bucket, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(to));
                var gone = model.Keys
                    .Where(stored => stored.Item1 == bucket && string.CompareOrdinal(stored.Item2, key) >= 0
                        && (to.Length == 0 || string.CompareOrdinal(stored.Item2, to) < 0))
                    .ToList();
                gone.ForEach(stored => model.Remove(stored));
            }
            else if (random.Next(3) == 0)
            {
                batch.Delete(bucket, Encoding.UTF8.GetBytes(key));
                model.Remove((bucket, key));
            }
            else
            {
                var value = new string('v', random.Next(200));
                batch.Put(bucket, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
                model[(bucket, key)] = value;
            }
        }
    }

    private static void Check(IKvReader reader, List<((Bucket Bucket, string Key) Id, string Value)> expected, Random random)
    {
        var bucket = (Bucket)random.Next(1, 11);
        var inBucket = expected.Where(pair => pair.Id.Bucket == bucket).ToList();
        var from = random.Next(3) == 0 ? string.Empty : Key(random);
        var to = random.Next(3) == 0 ? string.Empty : Key(random);
        var range = inBucket
            .Where(pair => string.CompareOrdinal(pair.Id.Key, from) >= 0
                && (to.Length == 0 || string.CompareOrdinal(pair.Id.Key, to) < 0))
            .Select(pair => (pair.Id.Key, pair.Value));
        Assert.Equal(range, Pairs(reader.Scan(bucket, Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(to))));
        Assert.Equal(inBucket.LastOrDefault().Id.Key, reader.LastKey(bucket) is { } last ? Text(last) : null);
        var key = Key(random);
        Assert.Equal(
            inBucket.FirstOrDefault(pair => pair.Id.Key == key).Value,
            reader.Get(bucket, Encoding.UTF8.GetBytes(key)) is { } value ? Text(value) : null);
    }

    private static string Key(Random random) =>
        new string('a', random.Next(3)) + (char)('a' + random.Next(26));

    private static void Put(RocksDbEngine engine, Bucket bucket, string key, string value)
    {
        using var batch = engine.CreateBatch();
        batch.Put(bucket, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        engine.Write(batch);
    }

    private static List<(string Key, string Value)> Pairs(IKvCursor cursor)
    {
        using (cursor)
        {
            var pairs = new List<(string, string)>();
            while (cursor.MoveNext())
            {
                pairs.Add((Encoding.UTF8.GetString(cursor.Key), Encoding.UTF8.GetString(cursor.Value)));
            }

            return pairs;
        }
    }

    private static List<string> Keys(IKvCursor cursor) => Pairs(cursor).ConvertAll(pair => pair.Key);

    private static string Text(byte[]? bytes)
    {
        Assert.NotNull(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private RocksDbEngine Open() => RocksDbEngine.Open(new RocksDbEngineOptions
    {
        Directory = _directory.Path,
        WriteBufferSizeBytes = 64 << 10,
        BlockCacheSizeBytes = 1 << 20,
    });
}
