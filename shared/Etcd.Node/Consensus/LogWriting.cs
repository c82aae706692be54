using Etcd.Node.Peers;
using Etcd.Ports.Log;
using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <summary>
/// Buffers StorageAppend messages in a log, in the order that raft asks for: marker of a received snapshot, entries,
/// hard state; and syncs it when an answer depends on that. Owned by whoever owns the log.
/// </summary>
/// <remarks>
/// A commit index alone is worth no fsync: raft learns it again, and what an answer to it promises was durable before
/// (etcd <c>MustSync</c>). It is buffered, and the next sync takes it along.
/// </remarks>
public sealed class LogWriting
{
    private readonly IRaftLog _log;
    private LogEntry[] _entries = new LogEntry[64];
    private ulong _term;
    private ulong _vote;
    private bool _isPromised;
    private bool _isAwaited;

    /// <param name="log">Takes the records.</param>
    public LogWriting(IRaftLog log) => _log = log;

    /// <summary>Buffers one message.</summary>
    /// <param name="write">A StorageAppend message. The state of its snapshot, if any, is durable already: should the
    /// machine stop in between, the log is only too short, which a restart mends; the other order would promise a
    /// state that nobody has.</param>
    /// <param name="payloadBytes">Payload bytes of its entries.</param>
    public void Buffer(Message write, out long payloadBytes)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (write.Snapshot is { IsEmpty: false } snapshot)
        {
            _log.SaveMarker(new LogSnapshotMarker(
                snapshot.Metadata.Index,
                snapshot.Metadata.Term,
                RaftMessageCodec.Encode(snapshot.Metadata.ConfState)));
            _isPromised = true;
        }

        payloadBytes = Append(write.Entries.Span);
        _isPromised |= !write.Entries.IsEmpty;
        if (write.TryGetHardState(out HardState hardState))
        {
            _log.SaveHardState(new LogHardState(hardState.Term, hardState.Vote, hardState.Commit));
            _isPromised |= (hardState.Term, hardState.Vote) != (_term, _vote);
            (_term, _vote) = (hardState.Term, hardState.Vote);
        }

        _isAwaited |= write.Responses.Count > 0 || write.Snapshot is not null;
    }

    /// <summary>Makes durable what the answers to the buffered messages promise. Without such a promise the records
    /// wait for a later sync.</summary>
    public void Sync()
    {
        if (_isAwaited && _isPromised)
        {
            _log.Sync();
            _isPromised = false;
        }

        _isAwaited = false;
    }

    private long Append(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty)
        {
            return 0;
        }

        if (_entries.Length < entries.Length)
        {
            _entries = new LogEntry[Math.Max(entries.Length, _entries.Length * 2)];
        }

        long bytes = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly Entry entry = ref entries[i];
            _entries[i] = new LogEntry((byte)entry.Type, entry.Term, entry.Index, entry.Data);
            bytes += entry.Data.Length;
        }

        Span<LogEntry> records = _entries.AsSpan(0, entries.Length);
        _log.Append(records);
        records.Clear();
        return bytes;
    }
}
