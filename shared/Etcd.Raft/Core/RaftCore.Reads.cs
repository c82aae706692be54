namespace Etcd.Raft;

/// <summary>Linearizable reads without log entries (thesis, section 6.4).</summary>
internal sealed partial class RaftCore
{
    private readonly ReadIndexQueue _reads = new();

    // Requests that came before this leader had committed anything in its term.
    private readonly List<Message> _postponedReads = [];

    private List<ReadState> _readStates = [];

    /// <summary>Answers for reads asked for here.</summary>
    public int ReadStateCount => _readStates.Count;

    /// <summary>Takes the answers, leaving an empty list in their place.</summary>
    public List<ReadState> SwapReadStates(List<ReadState> empty)
    {
        List<ReadState> taken = _readStates;
        _readStates = empty;
        return taken;
    }

    // An entry of an earlier term may be committed without this leader knowing it yet, so its commit index is no read
    // index before it has committed an entry of its own term.
    private bool HasCommittedInTerm => Log.TermOrZero(Log.Committed) == Term;

    /// <remarks>
    /// Differs from etcd, where the leader of a single-voter cluster answers at once: after a restart its stored commit
    /// index can lag behind what it had acknowledged, and a read could go back in time. It waits for its first entry
    /// too.
    /// </remarks>
    private void HandleReadIndex(Message request)
    {
        if (!HasCommittedInTerm)
        {
            if (_postponedReads.Count < ReadIndexQueue.Capacity)
            {
                _postponedReads.Add(request);
            }
        }
        else
        {
            StartRead(request);
        }
    }

    private void ReleasePostponedReads()
    {
        if (_postponedReads.Count == 0 || !HasCommittedInTerm)
        {
            return;
        }

        foreach (Message request in _postponedReads)
        {
            StartRead(request);
        }

        _postponedReads.Clear();
    }

    private void StartRead(Message request)
    {
        bool isAlone = Tracker.Config.Voters.IsSingleton && Tracker.Config.Voters.Contains(Id);
        if (isAlone || _config.ReadOnlyOption == ReadOnlyOption.LeaseBased)
        {
            AnswerRead(request, Log.Committed);
        }
        else if (_reads.TryAdd(request, Log.Committed))
        {
            _reads.Acknowledge(Id, _reads.LastPosition);
            BroadcastHeartbeat();
        }
        else
        {
            _log.Write(RaftLogLevel.Warning, $"{Id:x} drops a read request: {_reads.Count} wait for a quorum");
        }
    }

    private void AnswerConfirmedReads()
    {
        while (_reads.TryTakeConfirmed(Tracker.Config.Voters, out Message? request, out ulong index))
        {
            AnswerRead(request!, index); // Set whenever true is returned.
        }
    }

    private void AnswerRead(Message request, ulong index)
    {
        if (request.From == RaftIds.None || request.From == Id)
        {
            _readStates.Add(new ReadState(index, request.Entries[0].Data));
            return;
        }

        Send(new Message
        {
            Type = MessageType.ReadIndexResponse,
            To = request.From,
            From = Id,
            Term = Term,
            Index = index,
            Entries = request.Entries,
        });
    }
}
