using System.Text;
using Etcd.Ports.Engine;
using Etcd.Storage.RocksDb;
using Etcd.Testing;

namespace Etcd.Storage.Tests.RocksDb;

public sealed class EngineReplacementTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Replaced_engine_holds_the_new_rows_only_and_still_after_a_reopen()
    {
        for (var round = 0; round < 4; round++)
        {
            using var engine = Open();
            using var source = Source($"round{round}", rows: 3000);
            Put(engine, Bucket.Key, "stale", "stale");
            using var before = engine.OpenSnapshot();
            engine.Replace(
                bucket => source.Scan(bucket, [], []),
                batch => batch.Put(Bucket.Meta, "amended"u8, "yes"u8),
                CancellationToken.None);

            Assert.Null(engine.Get(Bucket.Key, "stale"u8));
            Assert.NotNull(before.Get(Bucket.Key, "stale"u8));
            Assert.Equal($"round{round}-7", Text(engine.Get(Bucket.Key, "key00007"u8)));
            Assert.Equal("yes", Text(engine.Get(Bucket.Meta, "amended"u8)));
            Assert.Equal(3000, Count(engine, Bucket.Key));
            Assert.Equal(3000, Count(engine, Bucket.Lease));
            Assert.Equal("key02999", Text(engine.LastKey(Bucket.Key)));
            Put(engine, Bucket.Key, "later", "1");
            Assert.Equal(3001, Count(engine, Bucket.Key));
        }
    }

    [Fact]
    public void Replacement_that_fails_leaves_the_old_rows()
    {
        using (var engine = Open())
        {
            using var source = Source("new", rows: 3000);
            Put(engine, Bucket.Key, "old", "1");
            Assert.Throws<InvalidDataException>(() => engine.Replace(
                bucket => bucket == Bucket.Members ? throw new InvalidDataException() : source.Scan(bucket, [], []),
                amend: null,
                CancellationToken.None));
            Assert.Equal(1, Count(engine, Bucket.Key));
            engine.Flush();
        }

        using var again = Open();
        Assert.Equal(1, Count(again, Bucket.Key));
        Assert.Equal("1", Text(again.Get(Bucket.Key, "old"u8)));
    }

    [Fact]
    public void Batch_of_the_replaced_state_is_refused()
    {
        using var engine = Open();
        using var source = Source("new", rows: 3);
        using var batch = engine.CreateBatch();
        batch.Put(Bucket.Key, "a"u8, "a"u8);
        engine.Replace(bucket => source.Scan(bucket, [], []), amend: null, CancellationToken.None);
        Assert.Throws<ArgumentException>(() => engine.Write(batch));
        batch.Clear();
        batch.Put(Bucket.Key, "a"u8, "a"u8);
        engine.Write(batch);
        Assert.Equal(4, Count(engine, Bucket.Key));
    }

    [Fact]
    public async Task Reads_during_a_replacement_see_one_state_or_the_other()
    {
        using var engine = Open();
        using var source = Source("x", rows: 500);
        engine.Replace(bucket => source.Scan(bucket, [], []), amend: null, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal("x-77", Text(engine.Get(Bucket.Key, "key00077"u8)));
                Assert.Equal("key00499", Text(engine.LastKey(Bucket.Key)));
                Assert.Equal(500, Count(engine, Bucket.Key));
                using var snapshot = engine.OpenSnapshot();
                Assert.Equal(500, Count(snapshot, Bucket.Lease));
            }
        });
        for (var round = 0; round < 20 && !reader.IsCompleted; round++)
        {
            engine.Replace(bucket => source.Scan(bucket, [], []), amend: null, CancellationToken.None);
        }

        await stop.CancelAsync();
        await reader;
    }

    private static InMemoryEngine Source(string name, int rows)
    {
        var source = new InMemoryEngine();
        using var batch = source.CreateBatch();
        for (var i = 0; i < rows; i++)
        {
            batch.Put(Bucket.Key, Encoding.UTF8.GetBytes($"key{i:d5}"), Encoding.UTF8.GetBytes($"{name}-{i}"));
            batch.Put(Bucket.Lease, Encoding.UTF8.GetBytes($"lease{i:d5}"), new byte[500]);
        }

        source.Write(batch);
        return source;
    }

    private static int Count(IKvReader reader, Bucket bucket)
    {
        using var cursor = reader.Scan(bucket, [], []);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static void Put(RocksDbEngine engine, Bucket bucket, string key, string value)
    {
        using var batch = engine.CreateBatch();
        batch.Put(bucket, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        engine.Write(batch);
    }

    private static string Text(byte[]? bytes)
    {
        Assert.NotNull(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private RocksDbEngine Open() => RocksDbEngine.Open(new RocksDbEngineOptions
    {
        Directory = _directory.Path,
        WriteBufferSizeBytes = 64 << 10,
    });
}
