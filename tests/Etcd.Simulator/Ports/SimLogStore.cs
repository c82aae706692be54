using Etcd.Ports.Log;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Ports;

/// <summary>
/// Log files of one member. A crash keeps what was synced and a random number of the records written after it; the next
/// one is torn, and the open drops it. A failed sync leaves as much, and every later call throws.
/// </summary>
internal sealed class SimLogStore(Bug bug, Random random) : IRaftLogStore
{
    private readonly List<LogRecord> _pending = [];
    private LogContents? _durable;
    private ulong _last;
    private ulong _newestMarker;

    public bool Exists => _durable is not null;

    /// <summary>What a crash would certainly keep.</summary>
    public LogContents? Durable => _durable;

    /// <summary>The next sync fails.</summary>
    public bool FailNextSync { get; set; }

    /// <summary>Sees each entry that is appended, with the term before it.</summary>
    public Action<LogEntry, ulong>? Appended { get; set; }

    public IRaftLog Create(ReadOnlyMemory<byte> metadata)
    {
        _durable = new LogContents(metadata.ToArray());
        return new Log(this);
    }

    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered)
    {
        LogContents contents = _durable ?? throw new InvalidOperationException("there is no log");
        recovered = contents.Recover(appliedIndex);
        _last = contents.LastIndex;
        _newestMarker = contents.NewestMarker;
        return new Log(this);
    }

    /// <summary>Loses what was not synced, but for a random part.</summary>
    public void Crash()
    {
        int kept = random.Next(_pending.Count + 1);
        for (int i = 0; i < kept; i++)
        {
            _durable?.Play(_pending[i]);
        }

        _pending.Clear();
        if (bug.KeepsReplacedEntries)
        {
            _durable?.ResurrectReplaced();
        }

        if (bug.LosesSyncedTail)
        {
            _durable?.DropLast(random.Next(3));
        }
    }

    public LogContents? Image() => _durable?.Clone();

    public void Restore(LogContents? image)
    {
        _durable = image;
        _pending.Clear();
    }

    private sealed class Log(SimLogStore store) : IRaftLog
    {
        private bool _failed;

        public void Append(ReadOnlySpan<LogEntry> entries)
        {
            Check();
            foreach (ref readonly LogEntry entry in entries)
            {
                store.Appended?.Invoke(entry, store.TermBefore(entry.Index));
                store._pending.Add(new LogRecord(entry, null, default));
                store._last = entry.Index;
            }
        }

        public void SaveHardState(LogHardState state)
        {
            Check();
            store._pending.Add(new LogRecord(null, null, store.Remember(state)));
        }

        public void SaveMarker(LogSnapshotMarker marker)
        {
            Check();
            store._pending.Add(new LogRecord(null, marker, default));
            store._newestMarker = Math.Max(store._newestMarker, marker.Index);
        }

        public void Sync()
        {
            Check();
            if (store.FailNextSync)
            {
                store.FailNextSync = false;
                _failed = true;
                throw new IOException("simulated fsync error");
            }

            foreach (LogRecord record in store._pending)
            {
                store._durable!.Play(record); // A log that is open exists.
            }

            store._pending.Clear();
        }

        public void ReleaseThrough(ulong index)
        {
            Check();
            SimulationFailure.Unless(
                index <= store._newestMarker,
                "log is released up to a marker at most",
                () => $"release through {index}, newest marker {store._newestMarker}");
            store._durable!.Release(index, store.Random); // As above.
        }

        public void Dispose()
        {
        }

        private void Check()
        {
            if (_failed)
            {
                throw new InvalidOperationException("the log has failed before");
            }
        }
    }

    private Random Random => random;

    private LogHardState Remember(LogHardState state) => bug.Remembered(state);

    private ulong TermBefore(ulong index)
    {
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Entry is { } entry && entry.Index == index - 1)
            {
                return entry.Term;
            }

            if (_pending[i].Marker is { } marker && marker.Index == index - 1)
            {
                return marker.Term;
            }
        }

        return _durable?.TermOf(index - 1) ?? 0;
    }
}
