namespace Etcd.Raft.Tests.Simulation;

/// <summary>What of a member survives a crash.</summary>
internal sealed class SimulatedDisk(Snapshot start)
{
    public MemoryRaftStorage Log { get; private set; } = new();

    /// <summary>Newest flushed state of the state machine.</summary>
    public Snapshot State { get; set; } = start;

    public void Initialize()
    {
        if (!State.IsEmpty)
        {
            Log.ApplySnapshot(State);
            Log.SetHardState(new HardState(State.Metadata.Term, 0, State.Metadata.Index));
        }
    }

    public static void Write(MemoryRaftStorage log, Message message)
    {
        if (message.Snapshot is not null)
        {
            log.ApplySnapshot(message.Snapshot);
        }

        log.Append(message.Entries);
        if (message.TryGetHardState(out HardState hardState))
        {
            log.SetHardState(hardState);
        }
    }

    public void Write(Message message)
    {
        Write(Log, message);
        if (message.Snapshot is not null)
        {
            State = message.Snapshot;
        }
    }

    /// <summary>A second log with the same content, for a member that starts from this disk.</summary>
    public MemoryRaftStorage CopyLog()
    {
        MemoryRaftStorage copy = new();
        if (Log.FirstIndex > 1)
        {
            Assert.Equal(StorageStatus.Ok, Log.Term(Log.FirstIndex - 1, out ulong term));
            copy.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(ConfState.Empty, Log.FirstIndex - 1, term)));
        }

        StorageStatus status = Log.Entries(
            Log.FirstIndex, Log.LastIndex + 1, RaftConfig.NoLimit, out EntryList entries);
        Assert.Equal(StorageStatus.Ok, status);
        copy.Append(entries);
        copy.SetHardState(Log.HardState);
        return copy;
    }
}
