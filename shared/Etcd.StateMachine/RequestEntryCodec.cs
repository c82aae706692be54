using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <summary>
/// Puts the most frequent requests, puts and transactions, into their <c>InternalRaftRequest</c> and takes them out
/// without making that message: with a field per kind of request it is larger than the put itself.
/// <code>
/// written: 22 len put, or 32 len transaction | A2 06 len header { 08 id }
/// read:    the same, with 08 id too, in any order
/// </code>
/// Anything else in the envelope or in its header is left to the whole parser. Stateless.
/// </summary>
public static class RequestEntryCodec
{
    private const int IdField = 1;
    private const int PutField = 4;
    private const int TxnField = 6;
    private const int HeaderField = 100;

    /// <summary>Encodes the entry of a put, byte for byte as the generated message would.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="put">The put.</param>
    public static byte[] Encode(ulong id, PutRequest put) => Encode(id, PutField, put);

    /// <summary>Encodes the entry of a transaction, byte for byte as the generated message would.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="txn">The transaction.</param>
    public static byte[] Encode(ulong id, TxnRequest txn) => Encode(id, TxnField, txn);

    /// <summary>Reads an entry.</summary>
    /// <param name="data">The entry's payload.</param>
    /// <param name="id">The request's id, else its header's; 0 for none.</param>
    /// <returns>A <see cref="PutRequest"/>, a <see cref="TxnRequest"/>, or null when it holds something else or more.
    /// </returns>
    /// <exception cref="InvalidProtocolBufferException">The request in it is malformed.</exception>
    public static IMessage? Read(ReadOnlySpan<byte> data, out ulong id)
    {
        id = 0;
        ulong headerId = 0;
        ReadOnlySpan<byte> body = default;
        int kind = 0;
        ProtoReader reader = new(data);
        while (!reader.IsAtEnd)
        {
            bool understood = reader.TryReadTag(out int field, out WireType type) && field switch
            {
                IdField => reader.TryReadVarint(type, out id),
                PutField or TxnField when kind == 0 =>
                    TryReadBytes(ref reader, type, data, out body) && (kind = field) != 0,
                HeaderField => TryReadBytes(ref reader, type, data, out ReadOnlySpan<byte> header)
                    && TryReadHeader(header, out headerId),
                _ => false,
            };
            if (!understood)
            {
                return null;
            }
        }

        id = id != 0 ? id : headerId;
        return kind switch
        {
            PutField => PutRequest.Parser.ParseFrom(body),
            TxnField => NestedMessages.Parse(TxnRequest.Parser, body),
            _ => null,
        };
    }

    private static byte[] Encode(ulong id, int field, IMessage request)
    {
        int requestBytes = request.CalculateSize();
        int headerBytes = ProtoSize.VarintField(IdField, id);
        byte[] data = new byte[
            ProtoSize.LengthDelimitedField(field, requestBytes)
            + ProtoSize.LengthDelimitedField(HeaderField, headerBytes)];
        ProtoWriter head = new(data);
        head.WriteLengthDelimitedHeader(field, requestBytes);
        request.WriteTo(data.AsSpan(head.Written, requestBytes));
        ProtoWriter tail = new(data.AsSpan(head.Written + requestBytes));
        tail.WriteLengthDelimitedHeader(HeaderField, headerBytes);
        tail.WriteVarintField(IdField, id);
        return data;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> header, out ulong id)
    {
        id = 0;
        ProtoReader reader = new(header);
        return reader.IsAtEnd
            || (reader.TryReadTag(out int field, out WireType type) && field == IdField
                && reader.TryReadVarint(type, out id) && reader.IsAtEnd);
    }

    private static bool TryReadBytes(
        scoped ref ProtoReader reader, WireType type, ReadOnlySpan<byte> data, out ReadOnlySpan<byte> bytes)
    {
        bool isRead = reader.TryReadSlice(type, out int offset, out int length);
        bytes = isRead ? data.Slice(offset, length) : default;
        return isRead;
    }
}
