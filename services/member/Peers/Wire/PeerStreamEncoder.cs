using System.Buffers;
using System.Buffers.Binary;
using Etcd.Node.Peers;
using Etcd.Protocol.Wire;
using Etcd.Raft;

namespace Etcd.Member.Peers.Wire;

/// <summary>
/// Writes messages to one stream (etcd's <c>msg_codec.go</c>, <c>msgappv2_codec.go</c>). Used by one task; its
/// state lives as long as its stream. Numbers are big-endian.
/// </summary>
/// <remarks>
/// <code>
/// Message stream | 8 length | message
/// Append stream  | 1 = 0                                    keep-alive
///                | 1 = 1 | 8 entries | (8 length | entry)*  | 8 commit index: continues the append before it
///                | 1 = 2 | 8 length | message               any other append
/// </code>
/// </remarks>
internal sealed class PeerStreamEncoder
{
    private const byte KeepAlive = 0;
    private const byte Continuation = 1;
    private const byte Full = 2;

    private readonly bool _append;
    private ulong _term;
    private ulong _index;

    /// <summary>Creates the encoder of a new stream.</summary>
    public PeerStreamEncoder(PeerStreamKind kind) => _append = kind == PeerStreamKind.Append;

    /// <summary>Writes a message; the bytes written.</summary>
    public int Write(Message message, IBufferWriter<byte> output)
    {
        if (!_append)
        {
            return WriteMessage(message, output, head: 0);
        }

        if (LinkHeartbeat.Is(message))
        {
            output.GetSpan(1)[0] = KeepAlive;
            output.Advance(1);
            return 1;
        }

        if (_index == message.Index && _term == message.LogTerm && message.LogTerm == message.Term)
        {
            return WriteContinuation(message, output);
        }

        output.GetSpan(1)[0] = Full;
        output.Advance(1);
        _term = message.Term;
        _index = message.Entries.IsEmpty ? message.Index : message.Entries[message.Entries.Length - 1].Index;
        return WriteMessage(message, output, head: 1);
    }

    private static int WriteMessage(Message message, IBufferWriter<byte> output, int head)
    {
        var size = RaftMessageCodec.Size(message);
        var span = output.GetSpan(size + sizeof(ulong));
        BinaryPrimitives.WriteUInt64BigEndian(span, (ulong)size);
        RaftMessageCodec.Write(message, span[sizeof(ulong)..]);
        output.Advance(size + sizeof(ulong));
        return head + sizeof(ulong) + size;
    }

    private int WriteContinuation(Message message, IBufferWriter<byte> output)
    {
        var written = 1 + sizeof(ulong);
        var head = output.GetSpan(written);
        head[0] = Continuation;
        BinaryPrimitives.WriteUInt64BigEndian(head[1..], (ulong)message.Entries.Length);
        output.Advance(written);
        foreach (ref readonly var entry in message.Entries.Span)
        {
            var size = RaftpbCodec.EntrySize((int)entry.Type, entry.Term, entry.Index, entry.Data.Length);
            var span = output.GetSpan(size + sizeof(ulong));
            BinaryPrimitives.WriteUInt64BigEndian(span, (ulong)size);
            var writer = new ProtoWriter(span.Slice(sizeof(ulong), size));
            RaftpbCodec.WriteEntry(ref writer, (int)entry.Type, entry.Term, entry.Index, entry.Data.Span);
            output.Advance(size + sizeof(ulong));
            written += size + sizeof(ulong);
            _index++;
        }

        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(sizeof(ulong)), message.Commit);
        output.Advance(sizeof(ulong));
        return written + sizeof(ulong);
    }
}
