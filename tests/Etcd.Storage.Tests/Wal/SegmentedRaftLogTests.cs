using System.Text;
using Etcd.Ports.Log;
using Etcd.Storage.Wal;

namespace Etcd.Storage.Tests.Wal;

public sealed class SegmentedRaftLogTests
{
    private static readonly byte[] Metadata = [1, 2, 3];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly WalOptions Small = new() { SegmentSizeBytes = 4096, PrepareInBackground = false };

    [Fact]
    public void Log_on_disk_is_found_again_with_everything_in_it()
    {
        using var directory = new TemporaryDirectory();
        var store = new SegmentedRaftLogStore(
            directory.Combine("wal"), new WalOptions { SegmentSizeBytes = 1 << 20 });
        Assert.False(store.Exists);
        using (var log = store.Create(Metadata))
        {
            Assert.True(store.Exists);
            for (ulong index = 1; index <= 100; index++)
            {
                log.Append([Entry(1, index, new string('v', 40_000))]);
                log.SaveHardState(new LogHardState(1, 2, index - 1));
                log.Sync();
            }
        }

        Assert.Throws<InvalidOperationException>(() => store.Create(Metadata));
        Assert.InRange(Directory.GetFiles(directory.Combine("wal"), "*.wal").Length, 4, 5);
        using (var log = store.Open(0, out var recovered))
        {
            Assert.Equal(Metadata, recovered.Metadata.ToArray());
            Assert.Equal(new LogHardState(1, 2, 99), recovered.HardState);
            Assert.Equal(100, recovered.Entries.Count);
            Assert.Equal(40_000, recovered.Entries[99].Data.Length);
            log.SaveMarker(new LogSnapshotMarker(80, 1, new byte[] { 9 }));
            log.Sync();
            log.ReleaseThrough(80);
        }

        Assert.InRange(Directory.GetFiles(directory.Combine("wal"), "*.wal").Length, 1, 2);
        using (store.Open(85, out var recovered))
        {
            Assert.Equal(80UL, recovered.Marker.Index);
            Assert.Equal([9], recovered.Marker.ConfState.ToArray());
            Assert.Equal(81UL, recovered.Entries[0].Index);
            Assert.Equal(20, recovered.Entries.Count);
        }
    }

    [Fact]
    public void Entry_bigger_than_a_segment_is_kept()
    {
        var files = new MemoryWalFileSystem();
        var store = new SegmentedRaftLogStore(files, Small);
        using (var log = store.Create(Metadata))
        {
            log.Append([Entry(1, 1, "small")]);
            log.Sync();
            log.Append([Entry(1, 2, new string('x', 50_000)), Entry(1, 3, new string('\0', 50_000))]);
            log.Sync();
            log.Append([Entry(1, 4, "after")]);
            log.Sync();
        }

        using (store.Open(0, out var recovered))
        {
            Assert.Equal([5, 50_000, 50_000, 5], recovered.Entries.Select(entry => entry.Data.Length));
        }

        Assert.Equal(3, Segments(files).Length);
    }

    [Fact]
    public void Open_picks_the_newest_marker_that_is_not_above_the_applied_index()
    {
        var store = new SegmentedRaftLogStore(new MemoryWalFileSystem(), Small);
        using (var log = store.Create(Metadata))
        {
            log.Append([.. Enumerable.Range(1, 30).Select(index => Entry(1, (ulong)index, "v"))]);
            log.SaveMarker(new LogSnapshotMarker(10, 1, default));
            log.SaveMarker(new LogSnapshotMarker(20, 1, default));
            log.Sync();
        }

        foreach (var (applied, marker) in (ReadOnlySpan<(ulong, ulong)>)[(0, 0), (9, 0), (10, 10), (19, 10), (99, 20)])
        {
            using (store.Open(applied, out var recovered))
            {
                Assert.Equal(marker, recovered.Marker.Index);
                Assert.Equal(marker + 1, recovered.Entries[0].Index);
                Assert.Equal(30UL, recovered.Entries[^1].Index);
            }
        }
    }

    [Fact]
    public void Marker_of_another_history_voids_the_entries()
    {
        var store = new SegmentedRaftLogStore(new MemoryWalFileSystem(), Small);
        using (var log = store.Create(Metadata))
        {
            log.Append([.. Enumerable.Range(1, 30).Select(index => Entry(1, (ulong)index, "old"))]);
            log.Sync();
            log.SaveMarker(new LogSnapshotMarker(20, 5, default));
            log.Sync();
            log.Append([Entry(6, 21, "new")]);
            log.Sync();
        }

        using (store.Open(20, out var recovered))
        {
            Assert.Equal([21UL], recovered.Entries.Select(entry => entry.Index));
        }
    }

    [Fact]
    public void State_behind_a_released_log_is_refused()
    {
        var store = new SegmentedRaftLogStore(new MemoryWalFileSystem(), Small);
        using (var log = store.Create(Metadata))
        {
            log.SaveMarker(new LogSnapshotMarker(500, 3, default));
            log.Sync();
        }

        var exception = Assert.Throws<LogCorruptException>(() => store.Open(300, out _));
        Assert.Contains("the log begins after index 500", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gap_between_entries_is_refused_before_it_is_written()
    {
        using var log = new SegmentedRaftLogStore(new MemoryWalFileSystem(), Small).Create(Metadata);
        Assert.Throws<ArgumentException>(() => log.Append([Entry(1, 2, "v")]));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ReleaseThrough(1));
    }

    [Fact]
    public void Missing_segment_is_refused()
    {
        var files = FilledLog();
        var names = Segments(files);
        files.Delete(names[1]);
        var exception = Assert.Throws<LogCorruptException>(() => new SegmentedRaftLogStore(files, Small).Open(0, out _));
        Assert.Contains("segment 1 before it is missing", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(names[2], exception.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Segment_that_ends_early_is_refused()
    {
        var files = FilledLog();
        var name = Segments(files)[1];
        var bytes = files.Read(name);
        bytes.AsSpan(1024).Clear();
        files.Replace(name, bytes);
        var exception = Assert.Throws<LogCorruptException>(() => new SegmentedRaftLogStore(files, Small).Open(0, out _));
        Assert.EndsWith(name, exception.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Segment_under_another_name_is_refused()
    {
        var files = FilledLog();
        var names = Segments(files);
        files.Replace(names[1], files.Read(names[2]));
        Assert.Throws<LogCorruptException>(() => new SegmentedRaftLogStore(files, Small).Open(0, out _));
    }

    [Fact]
    public void Foreign_files_are_left_alone()
    {
        var files = FilledLog();
        files.Replace("0.tmp", [1]);
        files.Replace("notes.wal", [1]);
        files.Replace("zzzzzzzzzzzzzzzz-0000000000000001.wal", [1]);
        using (new SegmentedRaftLogStore(files, Small).Open(0, out var recovered))
        {
            Assert.Equal(40, recovered.Entries.Count);
        }

        Assert.Contains("notes.wal", files.List());
    }

    [Fact]
    public void Failed_fsync_is_final()
    {
        var files = new MemoryWalFileSystem();
        var store = new SegmentedRaftLogStore(files, Small);
        var log = store.Create(Metadata);
        log.Append([Entry(1, 1, "v")]);
        files.OnSync = _ => throw new IOException("Input/output error");
        Assert.Contains("Input/output error", Assert.Throws<StorageException>(log.Sync).Message, StringComparison.Ordinal);
        files.OnSync = null;
        Assert.Throws<StorageException>(log.Sync);
        Assert.Throws<StorageException>(() => log.Append([Entry(1, 2, "v")]));
        Assert.Throws<StorageException>(() => log.SaveHardState(default));
        Assert.Throws<StorageException>(() => log.SaveMarker(default));
        Assert.Throws<StorageException>(() => log.ReleaseThrough(0));
        log.Dispose();
        Assert.Throws<ObjectDisposedException>(log.Sync);
    }

    [Fact]
    public void Full_disk_is_named_as_such()
    {
        var files = new MemoryWalFileSystem();
        var store = new SegmentedRaftLogStore(files, Small);
        using var log = store.Create(Metadata);
        log.Append([Entry(1, 1, new string('v', 1000))]);
        files.OnWrite = (_, count) => count / 2;
        var exception = Assert.Throws<StorageException>(log.Sync);
        Assert.Contains("the disk is full", exception.Message, StringComparison.Ordinal);
        files.OnWrite = null;
        using (store.Open(0, out var recovered))
        {
            Assert.Empty(recovered.Entries);
        }
    }

    [Fact]
    public void Background_preparation_that_fails_is_repeated_when_the_segment_is_needed()
    {
        var files = new MemoryWalFileSystem();
        using var log = new SegmentedRaftLogStore(files, Small with { PrepareInBackground = true }).Create(Metadata);
        using var failed = new SemaphoreSlim(0);
        Action<string> fail = _ =>
        {
            failed.Release();
            throw new IOException("No space left on device");
        };
        files.OnAllocate = fail;
        for (ulong index = 1; index <= 3; index++)
        {
            log.Append([Entry(1, index, new string('v', 700))]);
            log.Sync();
        }

        Assert.True(failed.Wait(Patience));
        using var reserved = new SemaphoreSlim(0);
        files.OnAllocate = _ => reserved.Release();
        log.Append([Entry(1, 4, new string('v', 3000))]);
        log.Sync();

        // By the writer, and in the background for the segment after this one; that one is ready when it is needed.
        Assert.True(reserved.Wait(Patience));
        Assert.True(reserved.Wait(Patience));
        files.OnAllocate = fail;
        log.Append([Entry(1, 5, new string('v', 3000))]);
        log.Sync();
        log.Append([Entry(1, 6, new string('v', 3000))]);
        Assert.Contains("the disk is full", Assert.Throws<StorageException>(log.Sync).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Released_segments_are_used_again_and_no_more_than_a_few_are_kept()
    {
        var files = FilledLog();
        var store = new SegmentedRaftLogStore(files, Small);
        Assert.Equal(7, Segments(files).Length);
        using (var log = store.Open(0, out _))
        {
            log.SaveMarker(new LogSnapshotMarker(40, 1, default));
            log.Sync();
            log.ReleaseThrough(40);
            Assert.Equal(5, files.List().Count);

            files.OnAllocate = name => throw new IOException($"{name} was created");
            for (ulong index = 41; index <= 48; index++)
            {
                log.Append([Entry(1, index, new string('v', 1000))]);
                log.Sync();
            }

            Assert.Equal(5, Segments(files).Length);
        }

        files.OnAllocate = null;
        using (store.Open(40, out var recovered))
        {
            Assert.Equal(8, recovered.Entries.Count);
        }
    }

    [Fact]
    public void Crash_while_a_released_file_becomes_a_segment_loses_nothing()
    {
        var files = FilledLog();
        var store = new SegmentedRaftLogStore(files, Small);
        using (var log = store.Open(0, out _))
        {
            log.SaveMarker(new LogSnapshotMarker(30, 1, default));
            log.Sync();
            log.ReleaseThrough(30);
            files.OnSync = name => throw new IOException($"cannot sync {name}");
            log.Append([Entry(1, 41, new string('v', 3000))]);
            Assert.Throws<StorageException>(log.Sync);
        }

        for (var seed = 0; seed < 100; seed++)
        {
            using (new SegmentedRaftLogStore(files.Crash(new Random(seed)), Small).Open(30, out var recovered))
            {
                Assert.Equal(30UL, recovered.Marker.Index);
                Assert.Equal(10, recovered.Entries.Count);
            }
        }
    }

    [Fact]
    public void Crash_while_segments_are_released_leaves_no_gap()
    {
        var files = FilledLog();
        var segments = Segments(files).Length;
        using (var log = new SegmentedRaftLogStore(files, Small).Open(0, out _))
        {
            log.SaveMarker(new LogSnapshotMarker(30, 1, default));
            log.Sync();
            files.OnSyncDirectory = static () => throw new IOException("cannot sync the directory");
            Assert.Throws<StorageException>(() => log.ReleaseThrough(30));
        }

        HashSet<int> left = [];
        for (var seed = 0; seed < 100; seed++)
        {
            var crashed = files.Crash(new Random(seed));
            left.Add(Segments(crashed).Length);
            using (new SegmentedRaftLogStore(crashed, Small).Open(30, out var recovered))
            {
                Assert.Equal(30UL, recovered.Marker.Index);
                Assert.Equal(10, recovered.Entries.Count);
            }
        }

        // All that a crash can leave was seen, from nothing released to everything.
        Assert.Equal(Enumerable.Range(Segments(files).Length, segments - Segments(files).Length + 1), left.Order());
    }

    [Fact]
    public void Segment_that_was_extended_is_not_used_again()
    {
        var files = new MemoryWalFileSystem();
        using var log = new SegmentedRaftLogStore(files, Small).Create(Metadata);
        log.Append([Entry(1, 1, new string('v', 10_000))]);
        log.Sync();
        log.Append([Entry(1, 2, "v")]);
        log.SaveMarker(new LogSnapshotMarker(2, 1, default));
        log.Sync();
        Assert.Equal(2, files.List().Count);

        log.ReleaseThrough(2);

        Assert.Single(files.List());
    }

    [Fact]
    public void Files_kept_for_segments_are_gone_after_the_next_open()
    {
        var files = FilledLog();
        files.Replace("spare-0.tmp", [1]);
        using (new SegmentedRaftLogStore(files, Small).Open(0, out _))
        {
            Assert.Equal(Segments(files).Length, files.List().Count);
        }
    }

    [Theory]
    [InlineData(512, 4096)]
    [InlineData(4096, 512)]
    public void Log_opens_on_a_disk_with_another_unit(int unitBytes, int otherUnitBytes)
    {
        var first = new MemoryWalFileSystem { UnitBytes = unitBytes };
        var options = Small with { SegmentSizeBytes = 64 << 10 };
        using (var log = new SegmentedRaftLogStore(first, options).Create(Metadata))
        {
            log.Append([Entry(1, 1, "one")]);
            log.Sync();
            log.Append([Entry(1, 2, "two")]);
            log.Sync();
        }

        var second = new MemoryWalFileSystem { UnitBytes = otherUnitBytes };
        foreach (var name in first.List())
        {
            second.Replace(name, first.Read(name));
        }

        using (var log = new SegmentedRaftLogStore(second, options).Open(0, out var recovered))
        {
            Assert.Equal(2, recovered.Entries.Count);
            log.Append([Entry(1, 3, "three")]);
            log.Sync();
        }

        using (new SegmentedRaftLogStore(second, options).Open(0, out var recovered))
        {
            Assert.Equal(3, recovered.Entries.Count);
        }
    }

    [Fact]
    public void Observer_is_told_of_syncs_and_segments()
    {
        var observer = new CountingObserver();
        var store = new SegmentedRaftLogStore(new MemoryWalFileSystem(), Small with { Observer = observer });
        using var log = store.Create(Metadata);
        log.Sync();
        Assert.Equal(0, observer.Syncs);
        for (ulong index = 1; index <= 10; index++)
        {
            log.Append([Entry(1, index, new string('v', 1000))]);
            log.Sync();
        }

        Assert.Equal(10, observer.Syncs);
        Assert.Equal(10 * 3 * 512, observer.Bytes);
        Assert.Equal(4, observer.Segments);
    }

    private static MemoryWalFileSystem FilledLog()
    {
        var files = new MemoryWalFileSystem();
        using var log = new SegmentedRaftLogStore(files, Small).Create(Metadata);
        for (ulong index = 1; index <= 40; index++)
        {
            log.Append([Entry(1, index, new string('v', 300))]);
            log.Sync();
        }

        return files;
    }

    private static string[] Segments(MemoryWalFileSystem files) =>
        files.List().Where(name => name.EndsWith(".wal", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();

    private static LogEntry Entry(ulong term, ulong index, string payload) =>
        new(0, term, index, Encoding.UTF8.GetBytes(payload));

    private sealed class CountingObserver : IWalObserver
    {
        public int Syncs { get; private set; }

        public int Bytes { get; private set; }

        public int Segments { get; private set; }

        public void OnSynced(int sizeBytes, TimeSpan write, TimeSpan sync)
        {
            Syncs++;
            Bytes += sizeBytes;
        }

        public void OnSegmentBegun(ulong sequence) => Segments++;
    }
}
