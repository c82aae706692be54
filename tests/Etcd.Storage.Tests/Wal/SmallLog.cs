using System.Text;
using Etcd.Ports.Log;
using Etcd.Storage.Wal;

namespace Etcd.Storage.Tests.Wal;

/// <summary>A log of one segment, and what a reopen must give after each of its syncs.</summary>
internal sealed class SmallLog
{
    public const int SectorBytes = 512;

    public static readonly WalOptions Options = new() { SegmentSizeBytes = 16 << 10, PrepareInBackground = false };

    private static readonly byte[] Metadata = Encoding.UTF8.GetBytes("member 1 of cluster 2");

    private readonly MemoryWalFileSystem _files = new();
    private readonly LogModel _model = new();
    private readonly IRaftLog _log;
    private ulong _last;

    private SmallLog(byte[] lastPayload, bool usedAgain)
    {
        _log = new SegmentedRaftLogStore(_files, Options).Create(Metadata);
        FileName = OpenSegment();
        Unwritten = new byte[Options.SegmentSizeBytes];
        Syncs.Add((2 * SectorBytes, Text()));
        if (usedAgain)
        {
            FillTwoSegments();
        }

        State(1, 7, 0);
        Sync();
        Append(Entry(1, "one"), Entry(1, "two"), Entry(1, "three"));
        State(1, 7, _last - 1);
        Sync();
        _last--;
        Append(Entry(2, "three again"), Entry(2, new string('x', 1300)));
        Sync();
        Save(new LogSnapshotMarker(_last - 2, 1, Encoding.UTF8.GetBytes("voters")));
        Sync();
        Append(new LogEntry(1, 2, ++_last, lastPayload));
        Sync();
        _log.Dispose();
    }

    /// <summary>Name of the segment file.</summary>
    public string FileName { get; private set; }

    /// <summary>The segment file.</summary>
    public byte[] Bytes => _files.Read(FileName);

    /// <summary>The file as it was before it became the segment.</summary>
    public byte[] Unwritten { get; private set; }

    /// <summary>Where each sync's frame ends, and the log as text then; the first is the creation.</summary>
    public List<(int EndOffset, string Text)> Syncs { get; } = [];

    public int EndOffset => Syncs[^1].EndOffset;

    /// <param name="lastPayload">Payload of the only entry of the last sync.</param>
    /// <param name="usedAgain">Whether the file was another segment before.</param>
    public static SmallLog Create(byte[] lastPayload, bool usedAgain) => new(lastPayload, usedAgain);

    /// <summary>Opens a file with the given content: the recovered log as text, then the text of a second open.</summary>
    public (string First, string Second) Open(byte[] bytes)
    {
        var files = new MemoryWalFileSystem();
        files.Replace(FileName, bytes);
        var store = new SegmentedRaftLogStore(files, Options);
        string first;
        using (var log = store.Open(ulong.MaxValue, out var recovered))
        {
            first = LogModel.Text(recovered);
            var last = recovered.Entries.Count == 0 ? recovered.Marker.Index : recovered.Entries[^1].Index;
            log.Append([new LogEntry(0, 9, last + 1, "appended"u8.ToArray())]);
            log.Sync();
        }

        using (store.Open(ulong.MaxValue, out var again))
        {
            Assert.Equal("appended", Encoding.UTF8.GetString(again.Entries[^1].Data.Span));
            return (first, LogModel.Text(again with { Entries = again.Entries.SkipLast(1).ToList() }));
        }
    }

    private string OpenSegment() => _files.List().Where(name => name.EndsWith(".wal", StringComparison.Ordinal)).Max()!;

    private string Text() => LogModel.Text(_model.Recover(Metadata, ulong.MaxValue));

    /// <summary>Goes on until a segment begins in the file of a released one.</summary>
    private void FillTwoSegments()
    {
        var random = new Random(3);
        var payload = new byte[900];
        while (OpenSegment() == FileName)
        {
            random.NextBytes(payload);
            Append(new LogEntry(0, 1, ++_last, payload.ToArray()));
            _log.Sync();
        }

        var second = OpenSegment();
        while (OpenSegment() == second)
        {
            Save(new LogSnapshotMarker(_last, 1, default));
            _log.Sync();
            _log.ReleaseThrough(_last);
            Unwritten = _files.Read(_files.List().Single(name => name != second));
            Syncs[0] = (2 * SectorBytes, Text());
            Append(Entry(1, new string('y', 1500)));
            _log.Sync();
        }

        FileName = OpenSegment();
        Syncs.Add((EndOfDifference(Unwritten, Bytes), Text()));
    }

    private void Sync()
    {
        var before = Bytes;
        _log.Sync();
        Syncs.Add((EndOfDifference(before, Bytes), Text()));
    }

    private static int EndOfDifference(byte[] before, byte[] after)
    {
        var end = after.Length;
        while (after[end - 1] == before[end - 1])
        {
            end--;
        }

        return (end + SectorBytes - 1) / SectorBytes * SectorBytes;
    }

    private void Append(params LogEntry[] entries)
    {
        _log.Append(entries);
        Array.ForEach(entries, _model.Append);
    }

    private void State(ulong term, ulong vote, ulong commit)
    {
        _model.HardState = new LogHardState(term, vote, commit);
        _log.SaveHardState(_model.HardState);
    }

    private void Save(LogSnapshotMarker marker)
    {
        _log.SaveMarker(marker);
        _model.Save(marker);
    }

    private LogEntry Entry(ulong term, string payload) => new(0, term, ++_last, Encoding.UTF8.GetBytes(payload));
}
