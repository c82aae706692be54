using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Storage.Bbolt;
using Etcd.Storage.Import;
using Etcd.Storage.RocksDb;
using Etcd.Storage.Tests.Bbolt;
using Etcd.Storage.Wal;
using Etcdserverpb;

namespace Etcd.Storage.Tests.Import;

public sealed class EtcdDataDirectoryTests : IDisposable
{
    private static readonly WalOptions Options = new() { SegmentSizeBytes = 1 << 20 };

    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory.Combine("member.etcd");

    private string Wal => Path.Combine(Data, "member", "wal");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Directory_of_a_stopped_server_is_taken_over_with_every_write()
    {
        await using (var server = await ReferenceServer.StartAsync(Data, "--snapshot-count", "20"))
        {
            for (var i = 0; i < 55; i++)
            {
                await server.ControlAsync("put", $"key{i % 7}", $"value{i}");
            }

            server.Kill();
        }

        var directory = new EtcdDataDirectory(Path.Combine(Data, "member", "snap"), Wal);
        Assert.True(directory.NeedsImport());
        var before = EtcdLogReader.Read(Wal);
        Assert.True(before.Markers[^1].Index >= 40, $"the newest snapshot is at {before.Markers[^1].Index}");
        using (var engine = OpenEngine())
        {
            directory.Import(engine, Options, CancellationToken.None);
            CheckRows(engine);
        }

        Assert.False(directory.NeedsImport());
        using var log = new SegmentedRaftLogStore(Wal, Options).Open(ulong.MaxValue, out var recovered);
        Assert.NotEqual(0UL, Metadata.Parser.ParseFrom(recovered.Metadata.Span).ClusterID);
        Assert.Equal(before.HardState, recovered.HardState);
        Assert.Equal(before.Markers[^1].Index, recovered.Marker.Index);
        Assert.Equal(before.Markers[^1].Term, recovered.Marker.Term);
        Assert.Single(Raftpb.ConfState.Parser.ParseFrom(recovered.Marker.ConfState.Span).Voters);
        Assert.Equal(
            before.Entries.Where(entry => entry.Index > recovered.Marker.Index).Select(Text),
            recovered.Entries.Select(Text));
        Assert.True(Directory.Exists(Wal + ".etcd"));
    }

    [Fact]
    public async Task Interrupted_import_is_completed()
    {
        await using (await ReferenceServer.StartAsync(Data))
        {
            Assert.True(Directory.Exists(Wal));
        }

        var directory = new EtcdDataDirectory(Path.Combine(Data, "member", "snap"), Wal);
        using (var engine = OpenEngine())
        {
            directory.Import(engine, Options, CancellationToken.None);
        }

        Directory.Move(Wal, Wal + ".import");
        Assert.False(directory.NeedsImport());
        using (new SegmentedRaftLogStore(Wal, Options).Open(ulong.MaxValue, out var recovered))
        {
            Assert.NotEmpty(recovered.Entries);
        }
    }

    [Fact]
    public async Task Damaged_log_of_etcd_is_refused_and_left_alone()
    {
        await using (await ReferenceServer.StartAsync(Data))
        {
            Assert.True(Directory.Exists(Wal));
        }

        var segment = Directory.GetFiles(Wal, "*.wal").Single();
        var whole = await File.ReadAllBytesAsync(segment);
        var end = whole.AsSpan().LastIndexOfAnyExcept((byte)0);
        var directory = new EtcdDataDirectory(Path.Combine(Data, "member", "snap"), Wal);
        for (var offset = 40; offset < end; offset += 37)
        {
            var bytes = whole.ToArray();
            bytes[offset] ^= 0x10;
            await File.WriteAllBytesAsync(segment, bytes);
            try
            {
                // A flipped length may look like the end of the log; whatever is read is a beginning of it.
                Assert.NotNull(EtcdLogReader.Read(Wal));
            }
            catch (LogCorruptException exception)
            {
                Assert.Equal(segment, exception.File);
            }
        }

        // Within the checksum of the second record.
        whole[28] ^= 0x10;
        await File.WriteAllBytesAsync(segment, whole);
        using var engine = OpenEngine();
        Assert.Throws<LogCorruptException>(() => directory.Import(engine, Options, CancellationToken.None));
        Assert.True(directory.NeedsImport());
    }

    [Fact]
    public void Directory_of_our_own_needs_no_import()
    {
        var directory = new EtcdDataDirectory(Path.Combine(Data, "member", "snap"), Wal);
        Assert.False(directory.NeedsImport());
        new SegmentedRaftLogStore(Wal, Options).Create(new byte[] { 1 }).Dispose();
        Assert.False(directory.NeedsImport());
    }

    private static string Text(LogEntry entry) =>
        $"{entry.Type}/{entry.Term}/{entry.Index}/{Convert.ToHexString(entry.Data.Span)}";

    private void CheckRows(RocksDbEngine engine)
    {
        using var database = DatabaseFileReader.Open(Path.Combine(Data, "member", "snap", "db"));
        foreach (var bucket in Enum.GetValues<Bucket>())
        {
            Assert.Equal(
                SampleState.Rows(database.OpenBucket(bucket)), SampleState.Rows(engine.Scan(bucket, [], [])));
        }

        Assert.NotNull(engine.Get(Bucket.Meta, "consistent_index"u8));
    }

    private RocksDbEngine OpenEngine() =>
        RocksDbEngine.Open(new RocksDbEngineOptions { Directory = Path.Combine(Data, "member", "store") });
}
