using System.Text;

namespace Etcd.Raft.Tests.Running;

/// <summary>
/// A member with its disk and its state machine, which is the text of everything applied. What was not written survives
/// no crash.
/// </summary>
internal sealed class ScenarioNode : IRaftStorage
{
    private readonly Func<ScenarioNode, ulong, RaftConfig> _config;
    private readonly MemoryRaftStorage _disk = new();
    private Snapshot _state = Etcd.Raft.Snapshot.Empty;

    public ScenarioNode(Func<ScenarioNode, ulong, RaftConfig> config, Snapshot start)
    {
        _config = config;
        _disk.ApplySnapshot(start);
        _state = start;
        _disk.SetHardState(new HardState(start.Metadata.Term, 0, start.Metadata.Index));
        Raft = new RaftNode(config(this, start.Metadata.Index));
    }

    public RaftNode Raft { get; private set; }

    public Queue<Message> AppendWork { get; } = new();

    public Queue<Message> ApplyWork { get; } = new();

    public MemoryRaftStorage Disk => _disk;

    public string State => Encoding.UTF8.GetString(_state.Data.Span);

    public bool SnapshotUnavailable { get; set; }

    ulong IRaftStorage.FirstIndex => _disk.FirstIndex;

    ulong IRaftStorage.LastIndex => _disk.LastIndex;

    /// <summary>Loses everything not on disk and starts again.</summary>
    public void Restart()
    {
        AppendWork.Clear();
        ApplyWork.Clear();
        Raft = new RaftNode(_config(this, _state.Metadata.Index));
    }

    public void Write(Message message)
    {
        if (message.Snapshot is Snapshot snapshot)
        {
            _disk.ApplySnapshot(snapshot);
            _state = snapshot;
        }

        _disk.Append(message.Entries);
        if (message.TryGetHardState(out HardState hardState))
        {
            _disk.SetHardState(hardState);
        }
    }

    public void Apply(Message message)
    {
        StringBuilder text = new(State);
        foreach (Entry entry in message.Entries)
        {
            ConfState confState = _state.Metadata.ConfState;
            if (entry.Type != EntryType.Normal)
            {
                confState = Raft.ApplyConfChange(entry.Index, TextConfChange.Decode(entry)!);
            }
            else if (!entry.Data.IsEmpty)
            {
                text.Append(text.Length == 0 ? "" : ",").Append(Encoding.UTF8.GetString(entry.Data.Span));
            }

            _state = new Snapshot(
                Encoding.UTF8.GetBytes(text.ToString()),
                new SnapshotMetadata(confState, entry.Index, entry.Term));
        }
    }

    void IRaftStorage.InitialState(out HardState hardState, out ConfState confState)
    {
        hardState = _disk.HardState;
        confState = _state.Metadata.ConfState;
    }

    StorageStatus IRaftStorage.Entries(ulong low, ulong high, ulong maxSizeBytes, out EntryList entries) =>
        _disk.Entries(low, high, maxSizeBytes, out entries);

    StorageStatus IRaftStorage.Term(ulong index, out ulong term) => _disk.Term(index, out term);

    /// <summary>The state machine as it is now; a real member makes its snapshots from there too.</summary>
    Snapshot? IRaftStorage.Snapshot() => SnapshotUnavailable || _state.IsEmpty ? null : _state;
}
