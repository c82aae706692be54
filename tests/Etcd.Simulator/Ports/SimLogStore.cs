using Etcd.Ports.Log;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Ports;

/// <summary>
/// Log files of one member, a row of frames. A crash keeps what was synced and a random part of what was written after
/// it; the rest is torn, and the open drops it. A failed sync leaves as much, and every later call throws. A frame that
/// is damaged in any other way, and what follows it, the open refuses, by the rule of the real files' reader.
/// </summary>
internal sealed class SimLogStore(Bug bug, Random random) : IRaftLogStore
{
    private readonly List<LogRecord> _pending = [];
    private readonly List<LogFrame> _frames = [];

    // What the files held that are gone: the first one that is left repeats it.
    private LogContents? _released;
    private LogContents? _durable;
    private (ulong Through, ulong Index) _release;
    private ulong _newestMarker;

    public bool Exists => _durable is not null;

    /// <summary>What was synced, and a crash would keep on a disk that does what it says.</summary>
    public LogContents? Durable => _durable;

    /// <summary>The next sync fails.</summary>
    public bool FailNextSync { get; set; }

    /// <summary>The next sync goes to the place of an earlier one.</summary>
    public bool MisdirectNextSync { get; set; }

    /// <summary>Every sync fails.</summary>
    public bool IsFull { get; set; }

    /// <summary>The files hold what no crash explains.</summary>
    public bool IsDamaged => _frames.Exists(static frame => frame.State == FrameState.Damaged);

    /// <summary>Sees each entry that is appended, with the term before it.</summary>
    public Action<LogEntry, ulong>? Appended { get; set; }

    public IRaftLog Create(ReadOnlyMemory<byte> metadata)
    {
        Replace(new LogContents(metadata.ToArray()));
        return new Log(this);
    }

    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered)
    {
        _durable = Read();
        recovered = _durable.Recover(appliedIndex);
        _newestMarker = _durable.NewestMarker;
        return new Log(this);
    }

    /// <summary>Loses what was not synced, but for a random part.</summary>
    public void Crash()
    {
        int kept = random.Next(_pending.Count + 1);
        if (kept > 0)
        {
            Keep(new LogFrame([.. _pending.Take(kept)]));
        }

        if (kept < _pending.Count)
        {
            _frames.Add(new LogFrame([.. _pending.Skip(kept)]) { State = FrameState.Torn });
        }

        _pending.Clear();
        if (bug.KeepsReplacedEntries && _durable is not null)
        {
            _durable.ResurrectReplaced();
            Replace(_durable);
        }

        if (bug.LosesSyncedTail && _durable is not null)
        {
            _durable.DropLast(random.Next(3));
            Replace(_durable);
        }
    }

    /// <summary>Changes one bit of what was written; false when nothing was.</summary>
    public bool FlipBit(Random choice)
    {
        LogFrame[] whole = [.. _frames.Where(static frame => frame.State == FrameState.Whole)];
        if (whole.Length > 0)
        {
            whole[choice.Next(whole.Length)].State = FrameState.Damaged;
        }

        return whole.Length > 0;
    }

    public LogContents? Image() => _durable?.Clone();

    public void Restore(LogContents? image)
    {
        _pending.Clear();
        Replace(image);
    }

    private void Replace(LogContents? contents)
    {
        _frames.Clear();
        _release = default;
        _durable = contents;
        _released = contents?.Clone();
    }

    /// <summary>Reads all frames. What a crash explains is dropped from the end; all other damage is refused.</summary>
    private LogContents Read()
    {
        LogContents contents = _released?.Clone() ?? throw new InvalidOperationException("there is no log");
        for (int i = 0; i < _frames.Count; i++)
        {
            LogFrame frame = _frames[i];
            if (frame.State == FrameState.Whole || bug.IgnoresChecksums)
            {
                foreach (LogRecord record in frame.Records)
                {
                    contents.Play(frame.State == FrameState.Damaged ? Flipped(record) : record);
                }

                continue;
            }

            bool isTail = _frames.Skip(i).All(static left => left.State is FrameState.Torn or FrameState.Missing);
            if (!isTail && !bug.RepairsAnyDamage)
            {
                throw new LogCorruptException("simulated.wal", i, $"a frame is {frame.State} and others follow it");
            }

            _frames.RemoveRange(i, _frames.Count - i);
        }

        contents.Release(_release.Through, _release.Index);
        return contents;
    }

    private static LogRecord Flipped(LogRecord record)
    {
        if (record.Entry is not { Data.IsEmpty: false } entry)
        {
            return record;
        }

        byte[] data = entry.Data.ToArray();
        data[^1] ^= 1;
        return record with { Entry = entry with { Data = data } };
    }

    private void Write(LogFrame frame)
    {
        if (MisdirectNextSync && _frames.Count > 0)
        {
            MisdirectNextSync = false;
            _frames[random.Next(_frames.Count)].State = FrameState.Damaged;
            frame.State = FrameState.Missing;
        }

        Keep(frame);
    }

    private void Keep(LogFrame frame)
    {
        _frames.Add(frame);
        foreach (LogRecord record in frame.Records)
        {
            _durable?.Play(record);
        }
    }

    /// <summary>Deletes files: those with damage stay, which is the worst case.</summary>
    private void Release(ulong index)
    {
        _release = (LogContents.RandomRelease(index, random), index);
        _durable!.Release(_release.Through, index); // A log that is open exists.
        int count = 0;
        while (count < _frames.Count && _frames[count].State == FrameState.Whole
            && _frames[count].LastIndex <= _release.Through)
        {
            foreach (LogRecord record in _frames[count++].Records)
            {
                _released!.Play(record); // As above.
            }
        }

        _frames.RemoveRange(0, count);
    }

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
            }
        }

        public void SaveHardState(LogHardState state)
        {
            Check();
            store._pending.Add(new LogRecord(null, null, store.Bug.Remembered(state)));
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
            FrameState state = FrameState.Whole;
            if (store.FailNextSync || store.IsFull)
            {
                // Whoever goes on believes the page cache, which has what the disk never got.
                bool goesOn = store.IsFull ? store.Bug.IgnoresFullDisks : store.Bug.RetriesSyncs;
                store.FailNextSync = false;
                _failed = !goesOn;
                state = goesOn ? FrameState.Missing : throw new IOException("simulated fsync error");
            }

            if (store._pending.Count > 0)
            {
                LogFrame frame = new([.. store._pending]) { State = state };
                store._pending.Clear();
                store.Write(frame);
            }
        }

        public void ReleaseThrough(ulong index)
        {
            Check();
            SimulationFailure.Unless(
                index <= store._newestMarker,
                "log is released up to a marker at most",
                () => $"release through {index}, newest marker {store._newestMarker}");
            store.Release(index);
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

    private Bug Bug => bug;
}
