using Etcd.Ports.Log;

namespace Etcd.Testing;

/// <summary>
/// A log in memory for tests: same contract as the real one, with crashes and failures on demand. What was not synced
/// is lost in a crash. Thread-safe, so that a test may crash it while a node writes.
/// </summary>
public sealed class InMemoryRaftLogStore : IRaftLogStore
{
    private readonly object _gate = new();
    private Contents? _durable;

    private InMemoryRaftLogStore(Contents? durable) => _durable = durable;

    /// <summary>A place without a log.</summary>
    public InMemoryRaftLogStore()
    {
    }

    /// <summary>When set, the next sync throws it, as a disk that fails does.</summary>
    public IOException? SyncFailure { get; set; }

    /// <summary>Called before each sync; blocks the log writer while it runs.</summary>
    public Action? BeforeSync { get; set; }

    /// <summary>Number of syncs so far.</summary>
    public int Syncs { get; private set; }

    /// <inheritdoc/>
    public bool Exists
    {
        get
        {
            lock (_gate)
            {
                return _durable is not null;
            }
        }
    }

    /// <summary>Index of the newest durable entry, or of the marker when there is none; 0 without a log.</summary>
    public ulong LastDurableIndex
    {
        get
        {
            lock (_gate)
            {
                return _durable?.LastIndex ?? 0;
            }
        }
    }

    /// <summary>Number of durable entries that are still held.</summary>
    public int DurableEntries
    {
        get
        {
            lock (_gate)
            {
                return _durable?.Entries.Count ?? 0;
            }
        }
    }

    /// <inheritdoc/>
    public IRaftLog Create(ReadOnlyMemory<byte> metadata)
    {
        lock (_gate)
        {
            if (_durable is not null)
            {
                throw new InvalidOperationException("a log exists already");
            }

            _durable = new Contents { Metadata = metadata.ToArray() };
            return new Log(this, _durable.Clone());
        }
    }

    /// <inheritdoc/>
    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered)
    {
        lock (_gate)
        {
            Contents contents = _durable?.Clone() ?? throw new InvalidOperationException("there is no log");
            LogSnapshotMarker marker = contents.Markers.Where(m => m.Index <= appliedIndex).MaxBy(m => m.Index);
            recovered = new RecoveredLog(
                contents.Metadata,
                contents.HardState,
                marker,
                [.. contents.Entries.Where(entry => entry.Index > marker.Index)]);
            return new Log(this, contents);
        }
    }

    /// <summary>The place as a crash leaves it now: without what was not synced.</summary>
    public InMemoryRaftLogStore Crash()
    {
        lock (_gate)
        {
            return new InMemoryRaftLogStore(_durable?.Clone());
        }
    }

    private void Sync(Contents buffered)
    {
        BeforeSync?.Invoke();
        if (SyncFailure is { } failure)
        {
            throw failure;
        }

        lock (_gate)
        {
            _durable = buffered.Clone();
            Syncs++;
        }
    }

    private sealed class Contents
    {
        public byte[] Metadata { get; init; } = [];

        public LogHardState HardState { get; set; }

        public List<LogSnapshotMarker> Markers { get; init; } = [default];

        public List<LogEntry> Entries { get; init; } = [];

        public ulong LastIndex => Entries.Count > 0 ? Entries[^1].Index : Markers.Max(m => m.Index);

        public void Release(ulong index)
        {
            Entries.RemoveAll(entry => entry.Index <= index);
            Markers.RemoveAll(marker => marker.Index < index);
        }

        public Contents Clone() => new()
        {
            Metadata = Metadata,
            HardState = HardState,
            Markers = [.. Markers],
            Entries = [.. Entries],
        };
    }

    private sealed class Log(InMemoryRaftLogStore store, Contents contents) : IRaftLog
    {
        private bool _failed;

        public void Append(ReadOnlySpan<LogEntry> entries)
        {
            Check();
            if (entries.IsEmpty)
            {
                return;
            }

            contents.Entries.RemoveAll(AtOrAfter(entries[0].Index));
            ulong last = contents.LastIndex;
            if (entries[0].Index > last + 1)
            {
                throw new InvalidOperationException($"append at {entries[0].Index} after last index {last}");
            }

            contents.Entries.AddRange(entries);
        }

        public void SaveHardState(LogHardState state)
        {
            Check();
            contents.HardState = state;
        }

        public void SaveMarker(LogSnapshotMarker marker)
        {
            Check();
            contents.Markers.Add(marker);
            if (contents.Entries.Count > 0 && contents.Entries[^1].Index < marker.Index)
            {
                // The state came from elsewhere: what the log holds is older than it.
                contents.Entries.Clear();
            }
        }

        public void Sync()
        {
            Check();
            try
            {
                store.Sync(contents);
            }
            catch
            {
                _failed = true;
                throw;
            }
        }

        public void ReleaseThrough(ulong index)
        {
            Check();
            lock (store._gate)
            {
                ulong newest = store._durable?.Markers.Max(marker => marker.Index) ?? 0;
                ArgumentOutOfRangeException.ThrowIfGreaterThan(index, newest);
                contents.Release(index);
                store._durable?.Release(index);
            }
        }

        public void Dispose()
        {
        }

        private static Predicate<LogEntry> AtOrAfter(ulong index) => entry => entry.Index >= index;

        private void Check()
        {
            if (_failed)
            {
                throw new InvalidOperationException("the log has failed before");
            }
        }
    }
}
