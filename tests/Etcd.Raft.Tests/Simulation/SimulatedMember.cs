using System.Buffers.Binary;
using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests.Simulation;

/// <summary>
/// A member with storage threads that run when the simulation says so. Its state machine is a hash over everything
/// applied, so that equal states at equal indexes mean equal histories.
/// </summary>
internal sealed class SimulatedMember(ulong id, SimulatedDisk disk, Func<IRaftStorage, ulong, RaftConfig> config)
    : IRaftStorage
{
    private readonly List<Message> _unsynced = [];
    private readonly Queue<Message> _append = new();
    private readonly Queue<Message> _apply = new();
    private MemoryRaftStorage _log = new();
    private Snapshot _state = disk.State;

    public ulong Id => id;

    public SimulatedDisk Disk => disk;

    /// <summary>Null while crashed.</summary>
    public RaftNode? Raft { get; private set; }

    public Snapshot State => _state;

    public bool HasAppend => _append.Count > 0;

    public bool HasApply => _apply.Count > 0;

    ulong IRaftStorage.FirstIndex => _log.FirstIndex;

    ulong IRaftStorage.LastIndex => _log.LastIndex;

    public static ulong HashOf(Snapshot state) =>
        state.Data.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(state.Data.Span);

    public void Start()
    {
        _log = disk.CopyLog();
        _state = disk.State;
        Raft = new RaftNode(config(this, _state.Metadata.Index));
    }

    /// <summary>Loses everything not synced, except for what happened to reach the disk already.</summary>
    public void Crash(Random random)
    {
        List<Message> pending = [.. _unsynced, .. _append];
        int reached = random.Next(pending.Count + 1);
        for (int i = 0; i < reached; i++)
        {
            disk.Write(pending[i]);
        }

        _unsynced.Clear();
        _append.Clear();
        _apply.Clear();
        Raft = null;
    }

    public void Enqueue(Message message) =>
        (message.To == RaftIds.LocalAppendThread ? _append : _apply).Enqueue(message);

    /// <summary>Writes one append message; syncs only if somebody waits for it.</summary>
    public IReadOnlyList<Message> Write()
    {
        Message message = _append.Dequeue();
        SimulatedDisk.Write(_log, message);
        if (message.Snapshot is not null)
        {
            _state = message.Snapshot;
        }

        _unsynced.Add(message);
        if (message.Responses.Count > 0)
        {
            _unsynced.ForEach(disk.Write);
            _unsynced.Clear();
        }

        return message.Responses;
    }

    /// <summary>Applies one apply message.</summary>
    /// <param name="applied">Told about each entry and the state after it.</param>
    public IReadOnlyList<Message> Apply(Action<Entry, Snapshot> applied)
    {
        Message message = _apply.Dequeue();
        foreach (Entry entry in message.Entries)
        {
            if (entry.Index <= _state.Metadata.Index)
            {
                // Overtaken by a snapshot.
                continue;
            }

            Assert.Equal(_state.Metadata.Index + 1, entry.Index);
            HashCodeOf(entry, out ulong hash);
            ConfState confState = _state.Metadata.ConfState;
            if (entry.Type != EntryType.Normal)
            {
                confState = ApplyConfChange(entry, confState);
            }

            byte[] data = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(data, hash);
            _state = new Snapshot(data, new SnapshotMetadata(confState, entry.Index, entry.Term));
            applied(entry, _state);
        }

        return message.Responses;
    }

    /// <summary>Makes the state durable and, below it, the log shorter.</summary>
    public void FlushAndCompact(ulong keep)
    {
        disk.State = _state;
        ulong index = Math.Min(Raft!.Applied, _state.Metadata.Index);
        if (index > keep && index - keep > _log.FirstIndex)
        {
            _log.Compact(index - keep);
            disk.Log.Compact(index - keep);
        }
    }

    void IRaftStorage.InitialState(out HardState hardState, out ConfState confState)
    {
        hardState = _log.HardState;
        confState = _state.Metadata.ConfState;
    }

    StorageStatus IRaftStorage.Entries(ulong low, ulong high, ulong maxSizeBytes, out EntryList entries) =>
        _log.Entries(low, high, maxSizeBytes, out entries);

    StorageStatus IRaftStorage.Term(ulong index, out ulong term) => _log.Term(index, out term);

    Snapshot? IRaftStorage.Snapshot() => _state.IsEmpty ? null : _state;

    // The application refuses what would not fit, the same way on every member; the core must never see that.
    private ConfState ApplyConfChange(Entry entry, ConfState present)
    {
        ConfChangeV2 change = entry.Data.IsEmpty ? ConfChangeV2.Leave : TextConfChange.Decode(entry)!;
        ProgressTracker tracker = new(1, RaftConfig.NoLimit);
        ConfRestore.Restore(tracker, present, lastIndex: 1);
        string? refused = new ConfChanger(tracker, lastIndex: 1).Apply(change);
        return refused is null ? Raft!.ApplyConfChange(entry.Index, change) : present;
    }

    private void HashCodeOf(Entry entry, out ulong hash)
    {
        hash = (HashOf(_state) * 1099511628211) ^ entry.Term;
        hash = (hash * 1099511628211) ^ entry.Index;
        foreach (byte value in entry.Data.Span)
        {
            hash = (hash * 1099511628211) ^ value;
        }
    }
}
