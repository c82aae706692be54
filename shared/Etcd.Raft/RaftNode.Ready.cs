namespace Etcd.Raft;

public sealed partial class RaftNode
{
    private SoftState _previousSoftState;
    private HardState _previousHardState;

    // The lists in the last Ready; filled again after the next TakeReady.
    private List<Message> _spareMessages = [];
    private List<ReadState> _spareReadStates = [];

    /// <summary>True when <see cref="TakeReady"/> would return something.</summary>
    public bool HasReady =>
        _core.Messages.Count > 0
        || _core.MessagesAfterAppend.Count > 0
        || _core.ReadStateCount > 0
        || _core.Log.Unstable.HasNextEntries
        || _core.Log.HasNextCommitted
        || _core.Log.Unstable.NextSnapshot is not null
        || _core.HardState != _previousHardState
        || _core.SoftState != _previousSoftState;

    /// <summary>
    /// Takes all work that has come up since the last call. Taking it is accepting it: everything in it must be
    /// handled.
    /// </summary>
    public Ready TakeReady()
    {
        SoftState? softState = Changed(ref _previousSoftState, _core.SoftState);
        HardState? hardState = Changed(ref _previousHardState, _core.HardState);
        _spareMessages.Clear();
        _spareReadStates.Clear();

        List<Message> messages = _core.Messages;
        _core.Messages = _spareMessages;
        _spareMessages = messages;
        List<ReadState> readStates = _core.SwapReadStates(_spareReadStates);
        _spareReadStates = readStates;

        if (TakeStorageAppend(hardState) is Message append)
        {
            messages.Add(append);
        }

        if (TakeStorageApply() is Message apply)
        {
            messages.Add(apply);
        }

        return new Ready(softState, hardState, readStates, messages);
    }

    private static T? Changed<T>(ref T previous, T current)
        where T : struct, IEquatable<T>
    {
        if (previous.Equals(current))
        {
            return null;
        }

        previous = current;
        return current;
    }

    private Message? TakeStorageAppend(HardState? hardState)
    {
        UnstableLog unstable = _core.Log.Unstable;
        EntryList entries = unstable.NextEntries;
        Snapshot? snapshot = unstable.NextSnapshot;
        if (entries.IsEmpty && snapshot is null && hardState is null && _core.MessagesAfterAppend.Count == 0)
        {
            return null;
        }

        Message[] responses = TakeResponses(snapshot);
        unstable.AcceptInProgress();
        HardState state = hardState ?? default;
        return new Message
        {
            Type = MessageType.StorageAppend,
            To = RaftIds.LocalAppendThread,
            From = Id,
            Term = state.Term,
            Vote = state.Vote,
            Commit = state.Commit,
            Entries = entries,
            Snapshot = snapshot,
            Responses = responses,
        };
    }

    /// <summary>
    /// What to deliver after the write: votes and acknowledged appends, and last a note to this member of what is
    /// durable then. (Last, so that handling its own acknowledgement still finds the entries' terms in the unstable
    /// log.)
    /// </summary>
    private Message[] TakeResponses(Snapshot? snapshot)
    {
        List<Message> pending = _core.MessagesAfterAppend;
        bool needsNote = _core.Log.Unstable.Count > 0 || snapshot is not null;
        Message[] responses = new Message[pending.Count + (needsNote ? 1 : 0)];
        pending.CopyTo(responses);
        pending.Clear();
        if (needsNote)
        {
            responses[^1] = DurableNote(snapshot);
        }

        return responses;
    }

    /// <summary>
    /// The note names the last entry of the whole log, and the present term.
    /// </summary>
    /// <remarks>
    /// <para>The term is the fence. Suppose entries A were handed out for writing, then replaced by B of another leader
    /// and handed out, then A came back from a third leader and was handed out again. The note for the first write of A
    /// matches the log by index and term, yet the write of B is still to come and would replace A in storage. All the
    /// writes belong to different terms of this member, so a note is only believed when it was made in the present
    /// term: then no write of another leader's entries was handed out after it.</para>
    /// <para>Notes that are not believed must be made up for, or the unstable log would never shrink. Therefore every
    /// append message carries one as long as anything is unstable, also one without entries; each change of term writes
    /// a hard state and so gives a note of that term.</para>
    /// </remarks>
    private Message DurableNote(Snapshot? snapshot)
    {
        EntryId last = _core.Log.Unstable.Count > 0 ? _core.Log.LastEntryId : default;
        return new Message
        {
            Type = MessageType.StorageAppendResponse,
            To = Id,
            From = RaftIds.LocalAppendThread,
            Term = _core.Term,
            Index = last.Index,
            LogTerm = last.Term,
            Snapshot = snapshot,
        };
    }

    private Message? TakeStorageApply()
    {
        EntryList entries = _core.Log.NextCommitted();
        if (entries.IsEmpty)
        {
            return null;
        }

        _core.Log.AcceptApplying(entries);
        return new Message
        {
            Type = MessageType.StorageApply,
            To = RaftIds.LocalApplyThread,
            From = Id,
            Entries = entries,
            Responses =
            [
                new Message
                {
                    Type = MessageType.StorageApplyResponse,
                    To = Id,
                    From = RaftIds.LocalApplyThread,
                    Entries = entries,
                },
            ],
        };
    }
}
