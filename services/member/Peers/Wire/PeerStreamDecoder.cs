using Etcd.Node.Peers;
using Etcd.Protocol.Wire;
using Etcd.Raft;

namespace Etcd.Member.Peers.Wire;

/// <summary>
/// Reads the messages of one stream; the format stands at <see cref="PeerStreamEncoder"/>. Used by one task.
/// Whatever the bytes are, it ends in an <see cref="InvalidDataException"/> at worst.
/// </summary>
internal sealed class PeerStreamDecoder
{
    /// <summary>As etcd: far above any message, so that only garbage meets it.</summary>
    private const ulong MaxMessageBytes = 512UL << 20;

    /// <summary>An append holds at most 1 MiB of entries, or a single larger one; an entry has 8 bytes at
    /// least.</summary>
    private const ulong MaxEntries = 1 << 20;

    private readonly FrameReader _reader;
    private readonly ulong _localId;
    private readonly ulong _remoteId;
    private readonly bool _append;
    private ulong _term;
    private ulong _index;

    /// <summary>Creates the decoder of a new stream.</summary>
    public PeerStreamDecoder(PeerStreamKind kind, FrameReader reader, ulong localId, ulong remoteId)
    {
        _append = kind == PeerStreamKind.Append;
        _reader = reader;
        _localId = localId;
        _remoteId = remoteId;
    }

    /// <summary>The next message; the keep-alive too.</summary>
    /// <exception cref="EndOfStreamException">The stream ended.</exception>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public async ValueTask<Message> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_append)
        {
            return await ReadMessageAsync(cancellationToken).ConfigureAwait(false);
        }

        var type = await _reader.ReadByteAsync(cancellationToken).ConfigureAwait(false);
        switch (type)
        {
            case 0:
                return LinkHeartbeat.Message;
            case 1:
                return await ReadContinuationAsync(cancellationToken).ConfigureAwait(false);
            case 2:
                var message = await ReadMessageAsync(cancellationToken).ConfigureAwait(false);
                _term = message.Term;
                _index = message.Entries.IsEmpty
                    ? message.Index
                    : message.Entries[message.Entries.Length - 1].Index;
                return message;
            default:
                throw new InvalidDataException($"failed to parse type {type} in msgappv2 stream");
        }
    }

    private async ValueTask<Message> ReadMessageAsync(CancellationToken cancellationToken)
    {
        var length = await _reader.ReadUInt64Async(cancellationToken).ConfigureAwait(false);
        var bytes = await _reader.ReadBytesAsync(Limit(length), cancellationToken).ConfigureAwait(false);
        return RaftMessageCodec.TryDecode(bytes, out var message)
            ? message
            : throw new InvalidDataException($"{length} bytes of a peer stream are no raft message");
    }

    private async ValueTask<Message> ReadContinuationAsync(CancellationToken cancellationToken)
    {
        var before = _index;
        var count = await _reader.ReadUInt64Async(cancellationToken).ConfigureAwait(false);
        if (count > MaxEntries)
        {
            throw new InvalidDataException($"an append of {count} entries exceeds {MaxEntries}");
        }

        var entries = new List<Entry>((int)Math.Min(count, 64));
        for (ulong i = 0; i < count; i++)
        {
            var length = await _reader.ReadUInt64Async(cancellationToken).ConfigureAwait(false);
            var bytes = await _reader.ReadBytesAsync(Limit(length), cancellationToken).ConfigureAwait(false);
            if (!RaftpbCodec.TryReadEntry(bytes, out var type, out var term, out var index, out var data)
                || type is < 0 or > (int)EntryType.ConfChangeV2)
            {
                throw new InvalidDataException($"{length} bytes of a peer stream are no entry");
            }

            entries.Add(new Entry((EntryType)type, term, index, data));
            _index++;
        }

        var commit = await _reader.ReadUInt64Async(cancellationToken).ConfigureAwait(false);
        return new Message
        {
            Type = MessageType.Append,
            From = _remoteId,
            To = _localId,
            Term = _term,
            LogTerm = _term,
            Index = before,
            Entries = EntryList.FromArray([.. entries]),
            Commit = commit,
        };
    }

    private static int Limit(ulong length) => length <= MaxMessageBytes
        ? (int)length
        : throw new InvalidDataException($"a message of {length} bytes exceeds {MaxMessageBytes}");
}
