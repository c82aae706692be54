using System.Runtime.InteropServices;

namespace Etcd.Raft;

/// <summary>
/// Work taken from a <see cref="RaftNode"/>. The spans are valid until the next <see cref="RaftNode.TakeReady"/>; the
/// messages in them are immutable and may be kept and passed to other threads.
/// </summary>
public readonly struct Ready
{
    private readonly List<Message> _messages;
    private readonly List<ReadState> _readStates;

    internal Ready(SoftState? softState, HardState? hardState, List<ReadState> readStates, List<Message> messages)
    {
        SoftState = softState;
        HardState = hardState;
        _readStates = readStates;
        _messages = messages;
    }

    /// <summary>Leader and role, when one of them changed.</summary>
    public SoftState? SoftState { get; }

    /// <summary>
    /// Term, vote and commit index, when one of them changed. For information: the same values stand in the
    /// <see cref="MessageType.StorageAppend"/> message, and only there must they be persisted from.
    /// </summary>
    public HardState? HardState { get; }

    /// <summary>Answered read requests, in the order of their answers.</summary>
    public ReadOnlySpan<ReadState> ReadStates => CollectionsMarshal.AsSpan(_readStates);

    /// <summary>
    /// Messages to members, to be sent at once, then at most one StorageAppend and at most one StorageApply message.
    /// </summary>
    public ReadOnlySpan<Message> Messages => CollectionsMarshal.AsSpan(_messages);
}
