using Etcd.Node.Consensus;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Benchmarks.Micro;

/// <summary>
/// A single member's way of requests through consensus into the state machine, on one thread, with a log in memory.
/// </summary>
internal sealed class NodePath
{
    private const ulong Id = 1;

    private readonly ConsensusOutput _output = new();
    private readonly ConsensusCore _consensus;
    private readonly ReplicatedState _state;

    /// <param name="state">Filled already: its applied index is where the log begins.</param>
    public NodePath(ReplicatedState state)
    {
        _state = state;
        var storage = new MemoryRaftStorage();
        var configuration = new ConfState { Voters = [Id] };
        _ = storage.ApplySnapshot(new Snapshot(
            default, new SnapshotMetadata(configuration, state.AppliedIndex, Term: 1)));
        var raft = new RaftConfig
        {
            Id = Id,
            Storage = storage,
            Random = new Random(1),
            ConfChangeDecoder = static _ => null,
            Applied = state.AppliedIndex,
        };
        var options = new ConsensusOptions { MemberId = Id, CatchUpEntries = 100, CompactionInterval = 100 };
        _consensus = new ConsensusCore(options, raft, storage, configuration);
        _consensus.Campaign();
        Settle();
        if (!_consensus.IsLeader)
        {
            throw new InvalidOperationException("the only member was not elected");
        }
    }

    /// <summary>Requests that were applied.</summary>
    public int AppliedCount { get; private set; }

    /// <summary>Reads that may be answered.</summary>
    public int ReadCount { get; private set; }

    public void Propose(Proposal proposal) => _consensus.Propose(proposal);

    public void RequestRead(ulong token) => _consensus.RequestRead(token);

    /// <summary>Handles all work until there is none, each time all that has gathered, as the loops do.</summary>
    public void Settle()
    {
        do
        {
            _consensus.Poll(_output);
            ReadCount += _output.Reads.Count;
            foreach (Message write in _output.LogWrites)
            {
                _consensus.LogWritten(write);
            }

            foreach (Message apply in _output.Applies)
            {
                Apply(apply);
            }
        }
        while (_output.LogWrites.Count > 0 || _output.Applies.Count > 0);
    }

    private void Apply(Message apply)
    {
        for (int i = 0; i < apply.Entries.Length; i++)
        {
            Entry entry = apply.Entries[i];
            ApplyResult result = _state.Apply(
                new CommittedEntry(CommittedEntryKind.Normal, entry.Term, entry.Index, entry.Data));
            if (result.Error is not null)
            {
                throw new InvalidOperationException($"a request was refused: {result.Error}");
            }

            AppliedCount += entry.Data.IsEmpty ? 0 : 1;
        }

        _ = _state.Commit();
        _consensus.Applied(apply);
    }
}
