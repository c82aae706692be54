using Etcd.Ports.Log;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Ports;

/// <summary>What log files hold: the outcome of their records, played in order.</summary>
internal sealed class LogContents(byte[] metadata)
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<LogSnapshotMarker> _markers = [default];
    private readonly List<LogEntry> _replaced = [];
    private ulong _first = 1;

    public byte[] Metadata { get; } = metadata;

    public LogHardState HardState { get; private set; }

    public ulong LastIndex => _first + (ulong)_entries.Count - 1;

    public ulong NewestMarker => _markers[^1].Index;

    /// <summary>Term of an entry that is held; 0 when it is not.</summary>
    public ulong TermOf(ulong index) =>
        index >= _first && index <= LastIndex ? _entries[(int)(index - _first)].Term : 0;

    public void Play(in LogRecord record)
    {
        if (record.Entry is { } entry)
        {
            Append(entry);
        }
        else if (record.Marker is { } marker)
        {
            Mark(marker);
        }
        else
        {
            HardState = record.HardState;
        }
    }

    /// <summary>Up to where a release goes: as far as whole files allow, down to a random earlier index.</summary>
    public static ulong RandomRelease(ulong index, Random random) =>
        index - (ulong)random.Next((int)Math.Min(index, 20) + 1);

    /// <summary>Forgets entries up to an index, and markers below another one.</summary>
    public void Release(ulong through, ulong index)
    {
        while (_entries.Count > 0 && _first <= through)
        {
            _entries.RemoveAt(0);
            _first++;
        }

        _first = Math.Max(_first, through + 1);
        _markers.RemoveAll(marker => marker.Index < index);
        if (_markers.Count == 0)
        {
            _markers.Add(default);
        }
    }

    public RecoveredLog Recover(ulong appliedIndex)
    {
        int newest = _markers.FindLastIndex(m => m.Index <= appliedIndex);
        SimulationFailure.Unless(
            newest >= 0,
            "released log is not needed",
            () => $"the state is durable up to {appliedIndex}, but the oldest marker is at {_markers[0].Index}");
        LogSnapshotMarker marker = _markers[newest];
        SimulationFailure.Unless(
            marker.Index + 1 >= _first,
            "released log is not needed",
            () => $"the state is durable up to {appliedIndex}, but the log starts at {_first}");
        int skipped = (int)Math.Min(marker.Index + 1 - _first, (ulong)_entries.Count);
        return new RecoveredLog(Metadata, HardState, marker, _entries.GetRange(skipped, _entries.Count - skipped));
    }

    /// <summary>Undoes the newest replacement of entries, as a bug would.</summary>
    public void ResurrectReplaced()
    {
        if (_replaced.Count > 0 && _replaced[0].Index <= LastIndex + 1 && _replaced[0].Index >= _first)
        {
            _entries.RemoveRange((int)(_replaced[0].Index - _first), (int)(LastIndex + 1 - _replaced[0].Index));
            _entries.AddRange(_replaced);
            _replaced.Clear();
        }
    }

    public void DropLast(int count) =>
        _entries.RemoveRange(Math.Max(0, _entries.Count - count), Math.Min(count, _entries.Count));

    public LogContents Clone()
    {
        LogContents copy = new(Metadata) { HardState = HardState, _first = _first };
        copy._entries.AddRange(_entries);
        copy._markers.Clear();
        copy._markers.AddRange(_markers);
        return copy;
    }

    private void Append(in LogEntry entry)
    {
        if (entry.Index > LastIndex + 1 || entry.Index < _first)
        {
            throw new SimulationFailure(
                "appends follow the log", $"entry {entry.Index} after log [{_first}, {LastIndex}]");
        }

        int kept = (int)(entry.Index - _first);
        if (kept < _entries.Count)
        {
            _replaced.Clear();
            _replaced.AddRange(_entries.Skip(kept));
            _entries.RemoveRange(kept, _entries.Count - kept);
        }

        _entries.Add(entry);
    }

    private void Mark(in LogSnapshotMarker marker)
    {
        ulong index = marker.Index;
        bool known = index < _first || TermOf(index) == marker.Term;
        _markers.RemoveAll(m => m.Index == index);
        _markers.Add(marker);
        _markers.Sort(static (left, right) => left.Index.CompareTo(right.Index));
        if (!known)
        {
            // A whole state replaced the log: what is in it belongs to a history that was not kept.
            _entries.Clear();
            _first = index + 1;
        }
    }
}
