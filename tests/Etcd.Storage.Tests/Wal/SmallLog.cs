using System.Text;
using Etcd.Ports.Log;
using Etcd.Storage.Wal;

namespace Etcd.Storage.Tests.Wal;

/// <summary>A log of one segment, and what a reopen must give after each of its syncs.</summary>
internal sealed class SmallLog
{
    public const string FileName = "0000000000000000-0000000000000001.wal";

    public static readonly WalOptions Options = new() { SegmentSizeBytes = 16 << 10, PrepareInBackground = false };

    private static readonly byte[] Metadata = Encoding.UTF8.GetBytes("member 1 of cluster 2");

    private SmallLog(byte[] bytes, List<(int EndOffset, string Text)> syncs)
    {
        Bytes = bytes;
        Syncs = syncs;
    }

    /// <summary>The segment file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where each sync's frame ends, and the log as text then; the first is the creation.</summary>
    public List<(int EndOffset, string Text)> Syncs { get; }

    public int EndOffset => Syncs[^1].EndOffset;

    /// <param name="lastPayload">Payload of the only entry of the last sync.</param>
    public static SmallLog Create(byte[] lastPayload)
    {
        var files = new MemoryWalFileSystem();
        var model = new LogModel();
        using var log = new SegmentedRaftLogStore(files, Options).Create(Metadata);
        var syncs = new List<(int, string)>();
        void Synced()
        {
            log.Sync();
            var end = files.Read(FileName).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            syncs.Add(((end + 7) & ~7, LogModel.Text(model.Recover(Metadata, ulong.MaxValue))));
        }

        void Append(params LogEntry[] entries)
        {
            log.Append(entries);
            Array.ForEach(entries, model.Append);
        }

        void State(ulong term, ulong vote, ulong commit)
        {
            model.HardState = new LogHardState(term, vote, commit);
            log.SaveHardState(model.HardState);
        }

        Synced();
        State(1, 7, 0);
        Synced();
        Append(Entry(1, 1, "one"), Entry(1, 2, "two"), Entry(1, 3, string.Empty));
        State(1, 7, 2);
        Synced();
        Append(Entry(2, 3, "three again"), Entry(2, 4, new string('x', 1300)));
        Synced();
        var marker = new LogSnapshotMarker(2, 1, Encoding.UTF8.GetBytes("voters"));
        log.SaveMarker(marker);
        model.Save(marker);
        Synced();
        Append(new LogEntry(1, 2, 5, lastPayload));
        Synced();
        return new SmallLog(files.Read(FileName), syncs);
    }

    /// <summary>Opens a file with the given content: the recovered log as text, then the text of a second open.</summary>
    public static (string First, string Second) Open(byte[] bytes)
    {
        var files = new MemoryWalFileSystem();
        files.Replace(FileName, bytes);
        var store = new SegmentedRaftLogStore(files, Options);
        string first;
        using (var log = store.Open(ulong.MaxValue, out var recovered))
        {
            first = LogModel.Text(recovered);
            var last = recovered.Entries.Count == 0 ? recovered.Marker.Index : recovered.Entries[^1].Index;
            log.Append([Entry(9, last + 1, "appended")]);
            log.Sync();
        }

        using (store.Open(ulong.MaxValue, out var again))
        {
            Assert.Equal("appended", Encoding.UTF8.GetString(again.Entries[^1].Data.Span));
            return (first, LogModel.Text(again with { Entries = again.Entries.SkipLast(1).ToList() }));
        }
    }

    private static LogEntry Entry(ulong term, ulong index, string payload) =>
        new(0, term, index, Encoding.UTF8.GetBytes(payload));
}
