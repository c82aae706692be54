using System.Buffers.Binary;
using Etcd.Ports.Engine;
using Etcd.Storage.RocksDb;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.Tests.RocksDb;

public sealed class EngineFamiliesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Compaction_of_ascending_revisions_moves_their_files_without_writing_them_again()
    {
        using var engine = Open();
        var revision = 0UL;
        for (var i = 0; i < 3; i++)
        {
            Write(engine, ref revision, batches: 20);
            engine.Flush();
        }

        // Those of the other buckets are far smaller.
        var written = Directory.GetFiles(_directory.Path, "*.sst").Where(IsLarge).Order().ToArray();
        Assert.Equal(3, written.Length);

        engine.Compact();

        Assert.Equal(written, Directory.GetFiles(_directory.Path, "*.sst").Where(IsLarge).Order());
        AssertHolds(engine, revision);

        static bool IsLarge(string file) => new FileInfo(file).Length > 16 << 10;
    }

    [Fact]
    public void Flush_leaves_no_folder_and_clears_what_a_crash_left_of_it()
    {
        var folder = Path.Combine(_directory.Path, "flush");
        using (Open())
        {
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "CURRENT"), "");
        using var engine = Open();
        var revision = 0UL;
        Write(engine, ref revision, batches: 1);

        engine.Flush();

        Assert.False(Directory.Exists(folder));
        Assert.NotEmpty(Directory.GetFiles(_directory.Path, "*.sst"));
    }

    [Fact]
    public void Engine_with_everything_in_one_family_is_taken_over()
    {
        using (var old = Database.Open(new DbOptions().SetCreateIfMissing(), _directory.Path))
        {
            old.Put("\0generation"u8, [1]);
            old.Put([0x01, .. "alarm of the old generation"u8], []);
            old.Put([0x16, .. "revision"u8], "kept"u8);
            old.Put([0x17, .. "lease"u8], "moved"u8);
            for (var i = 0; i < 3; i++)
            {
                old.Put([0x1A, (byte)i], new byte[1 << 20]);
            }
        }

        // Once to take it over, once to find that done.
        for (var opening = 0; opening < 2; opening++)
        {
            using var engine = Open();
            Assert.Equal("kept"u8.ToArray(), engine.Get(Bucket.Key, "revision"u8));
            Assert.Equal("moved"u8.ToArray(), engine.Get(Bucket.Lease, "lease"u8));
            Assert.Equal([2], engine.LastKey(Bucket.Meta));
            Assert.Equal(1 << 20, engine.Get(Bucket.Meta, [0])?.Length);
            Assert.Null(engine.Get(Bucket.Alarm, "alarm of the old generation"u8));
        }
    }

    private static void Write(RocksDbEngine engine, ref ulong revision, int batches)
    {
        using var batch = engine.CreateBatch();
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        var random = new Random(1);
        var value = new byte[4096];
        for (var i = 0; i < batches; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(key, ++revision);
            random.NextBytes(value);
            batch.Put(Bucket.Key, key, value);
            batch.Put(Bucket.Meta, "applied"u8, key);
            engine.Write(batch);
            batch.Clear();
        }
    }

    private static void AssertHolds(RocksDbEngine engine, ulong revision)
    {
        using var cursor = engine.Scan(Bucket.Key, [], []);
        for (var expected = 1UL; expected <= revision; expected++)
        {
            Assert.True(cursor.MoveNext(), $"revision {expected} of {revision} is missing");
            Assert.Equal(expected, BinaryPrimitives.ReadUInt64BigEndian(cursor.Key));
        }

        Assert.False(cursor.MoveNext(), $"there is a revision above {revision}");
        Assert.Equal(revision, BinaryPrimitives.ReadUInt64BigEndian(engine.Get(Bucket.Meta, "applied"u8)));
    }

    private RocksDbEngine Open() => RocksDbEngine.Open(new RocksDbEngineOptions { Directory = _directory.Path });
}
