using Etcd.Ports.Log;

namespace Etcd.Storage.Tests.Wal;

/// <summary>What a log must hold, kept the plain way.</summary>
internal sealed class LogModel
{
    public List<LogEntry> Entries { get; private init; } = [];

    public SortedDictionary<ulong, LogSnapshotMarker> Markers { get; private init; } = new() { [0] = default };

    public LogHardState HardState { get; set; }

    /// <summary>Index before the first entry that has not been replaced by a snapshot.</summary>
    public ulong BaseIndex { get; private set; }

    public ulong LastIndex => Entries.Count == 0 ? BaseIndex : Entries[^1].Index;

    public LogModel Clone() => new()
    {
        Entries = [.. Entries],
        Markers = new SortedDictionary<ulong, LogSnapshotMarker>(Markers),
        HardState = HardState,
        BaseIndex = BaseIndex,
    };

    public void Append(LogEntry entry)
    {
        Entries.RemoveAll(known => known.Index >= entry.Index);
        Entries.Add(entry);
    }

    public void Save(LogSnapshotMarker marker)
    {
        Markers[marker.Index] = marker;
        if (marker.Index > BaseIndex
            && !Entries.Exists(entry => entry.Index == marker.Index && entry.Term == marker.Term))
        {
            Entries.Clear();
            BaseIndex = marker.Index;
        }
    }

    public RecoveredLog Recover(ReadOnlyMemory<byte> metadata, ulong appliedIndex)
    {
        var marker = Markers.Values.Last(candidate => candidate.Index <= appliedIndex);
        return new RecoveredLog(
            metadata, HardState, marker, Entries.Where(entry => entry.Index > marker.Index).ToList());
    }

    /// <summary>A comparable text of a recovered log.</summary>
    public static string Text(RecoveredLog log)
    {
        var entries = log.Entries.Select(entry =>
            $"{entry.Type}/{entry.Term}/{entry.Index}/{Convert.ToHexString(entry.Data.Span)}");
        return $"{Convert.ToHexString(log.Metadata.Span)} {log.HardState} " +
            $"{log.Marker.Index}/{log.Marker.Term}/{Convert.ToHexString(log.Marker.ConfState.Span)} " +
            string.Join(' ', entries);
    }
}
