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
    private const int HeaderBytes = 512;
    private const int SectorBytes = 512;
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
            // A frame ends with its last sector, of which only the end may be zeros.
            var cut = _syncs.LastOrDefault(sync => SectorsOf(sync.EndOffset) <= offset).Entries;
            var zeroed = _syncs.LastOrDefault(sync => sync.EndOffset <= offset).Entries;
            var bytes = Last.Bytes.ToArray();
            bytes.AsSpan(offset).Clear();

            // The segment's first frame is durable before the file has its name, so no crash damages that one. And none
            // leaves a part of a sector.
            var least = _syncs[0].Entries - 1;
            Damage(Last.Name, Last.Bytes[..offset], offset, allowed: Math.Max(cut, least), mayRefuse: cut == 0);
            Damage(
                Last.Name,
                bytes,
                offset,
                allowed: Math.Max(zeroed, least),
                mayRefuse: zeroed == 0 || offset % SectorBytes != 0);
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
                        Damage(name, bytes, offset);
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
    /// <param name="offset">Where the damage begins: no error names an offset behind its sector.</param>
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
            Assert.InRange(exception.OffsetBytes, 0, file == name ? Math.Max(SectorsOf(offset), HeaderBytes) : SegmentBytes * 2);
            Assert.Contains($"{exception.File} is corrupt at offset ", exception.Message, StringComparison.Ordinal);
        }
    }

    private string Path(string name) => _directory.Combine("wal/" + name);

    private string[] Names()
    {
        var files = new DirectoryInfo(_directory.Combine("wal")).GetFiles("*.wal");
        return [.. files.Select(file => file.Name).Order(StringComparer.Ordinal)];
    }

    private static long SectorsOf(long offset) => (offset + SectorBytes - 1) / SectorBytes * SectorBytes;

    private static int EndOf(ReadOnlySpan<byte> segment) => segment.LastIndexOfAnyExcept((byte)0) + 1;

    private static string Text(LogEntry entry) => $"{entry.Index}/{Convert.ToHexString(entry.Data.Span)}";
}
