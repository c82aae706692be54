using Etcd.Ports.Log;
using Etcd.Storage.Wal;
using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Tests.Wal;

/// <summary>
/// Damage at every offset of the files of a log of three segments, in memory, and at some offsets on disk, which
/// behaves alike but takes longer. What was synced is there when the log opens,
/// but for what was torn off its very end; else the error names the damaged file, or the one before that shows it.
/// </summary>
public sealed class WalFileDamageTests : IDisposable
{
    private const int SegmentBytes = 4096;
    private const int HeaderBytes = 64;
    private static readonly byte[] Metadata = [1, 2, 3];
    private static readonly WalOptions Options = new() { SegmentSizeBytes = SegmentBytes, PrepareInBackground = false };

    private const int OffsetsPerRealDamage = 61;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<(string Name, byte[] Bytes)> _segments;

    /// <summary>Where the frames of each sync end in the last segment, and the number of entries then.</summary>
    private readonly List<(long EndOffset, int Entries)> _syncs = [];

    private readonly string[] _entries;

    public WalFileDamageTests()
    {
        var random = new Random(5);
        var written = new List<LogEntry>();
        var files = new LinuxWalFileSystem(_directory.Combine("wal"));
        using (var log = new SegmentedRaftLogStore(files, Options).Create(Metadata))
        {
            while (Names().Length < 3 || _syncs.Count < 3)
            {
                var payload = new byte[random.Next(1200)];
                random.NextBytes(payload);
                var entry = new LogEntry(0, 1, (ulong)written.Count + 1, payload);
                log.Append([entry]);
                log.SaveHardState(new LogHardState(1, 2, entry.Index - 1));
                log.Sync();
                written.Add(entry);
                if (Names() is [_, _, var last])
                {
                    _syncs.Add((EndOf(File.ReadAllBytes(Path(last))), written.Count));
                }
            }
        }

        _entries = [.. written.Select(Text)];
        _segments = [.. Names().Select(name => (name, File.ReadAllBytes(Path(name))))];
    }

    private (string Name, byte[] Bytes) Last => _segments[^1];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Last_segment_cut_or_zeroed_from_any_offset_opens_with_every_sync_before()
    {
        for (var offset = 0; offset <= EndOf(Last.Bytes); offset++)
        {
            var kept = _syncs.LastOrDefault(sync => sync.EndOffset <= offset).Entries;
            var isAtHead = kept == 0;
            var zeroed = Last.Bytes.ToArray();
            zeroed.AsSpan(offset).Clear();
            foreach (var bytes in (byte[][])[Last.Bytes[..offset], zeroed])
            {
                // The segment's first frame is durable before the file has its name, so no crash damages that one.
                Damage(Last.Name, bytes, offset, allowed: isAtHead ? _syncs[0].Entries - 1 : kept, mayRefuse: isAtHead);
            }
        }
    }

    [Fact]
    public void Earlier_segment_cut_or_zeroed_from_any_offset_is_refused()
    {
        foreach (var (name, original) in _segments.SkipLast(1))
        {
            for (var offset = 0; offset < EndOf(original); offset++)
            {
                var zeroed = original.ToArray();
                zeroed.AsSpan(offset).Clear();
                Damage(name, original[..offset], offset);
                Damage(name, zeroed, offset);
            }
        }
    }

    [Fact]
    public void Zeroed_byte_or_flipped_bit_at_any_offset_is_refused()
    {
        foreach (var (name, original) in _segments)
        {
            var end = EndOf(original);
            for (var offset = 0; offset < end; offset++)
            {
                var bytes = original.ToArray();
                for (var bit = -1; bit < 8; bit++)
                {
                    bytes[offset] = bit < 0 ? (byte)0 : (byte)(original[offset] ^ (1 << bit));
                    if (bytes[offset] != original[offset])
                    {
                        // A last frame without its last byte looks like a write cut short there.
                        var isTorn = name == Last.Name && offset == end - 1 && bytes[offset] == 0;
                        Damage(name, bytes, offset, allowed: isTorn ? _syncs[^2].Entries : null, mayRefuse: !isTorn);
                    }
                }
            }
        }
    }

    [Fact]
    public void Segment_in_the_place_of_another_is_refused()
    {
        foreach (var (name, _) in _segments)
        {
            foreach (var (_, bytes) in _segments.Where(other => other.Name != name))
            {
                Damage(name, bytes, offset: 0);
            }
        }
    }

    [Fact]
    public void Segment_copied_as_the_next_one_is_refused()
    {
        foreach (var (_, bytes) in _segments)
        {
            Damage("0000000000000003-0000000000000063.wal", bytes, offset: 0);
        }
    }

    [Fact]
    public void Missing_segment_before_another_is_refused()
    {
        foreach (var (name, _) in _segments.SkipLast(1))
        {
            Damage(name, bytes: null, offset: 0);
        }
    }

    /// <summary>Opens the log with one file changed.</summary>
    /// <param name="name">The file.</param>
    /// <param name="bytes">What it holds; null for no file.</param>
    /// <param name="offset">Where the damage begins: no error names an offset of the file behind it.</param>
    /// <param name="allowed">Number of entries with which the log may open; null when it must be refused.</param>
    /// <param name="mayRefuse">Whether the log may be refused.</param>
    private void Damage(string name, byte[]? bytes, int offset, int? allowed = null, bool mayRefuse = true)
    {
        var files = new MemoryWalFileSystem();
        var damaged = _segments.Where(segment => segment.Name != name)
            .Concat(bytes is null ? [] : [(name, bytes)]).ToList();
        damaged.ForEach(file => files.Replace(file.Item1, file.Item2));
        Open(files, name, offset, allowed, mayRefuse);
        if (offset % OffsetsPerRealDamage == 0)
        {
            Array.ForEach(Names(), file => File.Delete(Path(file)));
            damaged.ForEach(file => File.WriteAllBytes(Path(file.Item1), file.Item2));
            Open(new LinuxWalFileSystem(_directory.Combine("wal")), name, offset, allowed, mayRefuse);
        }
    }

    private void Open(IWalFileSystem files, string name, int offset, int? allowed, bool mayRefuse)
    {
        try
        {
            using (new SegmentedRaftLogStore(files, Options).Open(0, out var recovered))
            {
                Assert.Equal(Metadata, recovered.Metadata.ToArray());
                Assert.Equal(allowed, recovered.Entries.Count);
                Assert.Equal(_entries[..recovered.Entries.Count], recovered.Entries.Select(Text));
            }
        }
        catch (LogCorruptException exception) when (mayRefuse)
        {
            var file = System.IO.Path.GetFileName(exception.File);
            Assert.Contains(file, files.List());
            Assert.InRange(exception.OffsetBytes, 0, file == name ? Math.Max(offset, HeaderBytes) : SegmentBytes * 2);
            Assert.Contains($"{exception.File} is corrupt at offset ", exception.Message, StringComparison.Ordinal);
        }
    }

    private string Path(string name) => _directory.Combine("wal/" + name);

    private string[] Names()
    {
        var files = new DirectoryInfo(_directory.Combine("wal")).GetFiles("*.wal");
        return [.. files.Select(file => file.Name).Order(StringComparer.Ordinal)];
    }

    private static int EndOf(ReadOnlySpan<byte> segment) => segment.LastIndexOfAnyExcept((byte)0) + 1;

    private static string Text(LogEntry entry) => $"{entry.Index}/{Convert.ToHexString(entry.Data.Span)}";
}
