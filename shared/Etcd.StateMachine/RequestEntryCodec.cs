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

    /// <summary>The entry of a put, byte for byte as the generated message would encode it.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="put">The put; a large one as <see cref="EncodedPut.Read"/> gave it is not encoded again.</param>
    public static ReadOnlyMemory<byte> Encode(ulong id, PutRequest put) =>
        EncodedPut.Complete(id, put) ?? Encode(id, PutField, put);

    /// <summary>Encodes the entry of a transaction, byte for byte as the generated message would.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="txn">The transaction.</param>
    public static ReadOnlyMemory<byte> Encode(ulong id, TxnRequest txn) => Encode(id, TxnField, txn);

    /// <summary>Reads an entry.</summary>
    /// <param name="data">The entry's payload. The value of a large put is not copied out of it.</param>
    /// <param name="id">The request's id, else its header's; 0 for none.</param>
    /// <returns>A <see cref="PutRequest"/>, a <see cref="TxnRequest"/>, or null when it holds something else or more.
    /// </returns>
    /// <exception cref="InvalidProtocolBufferException">The request in it is malformed.</exception>
    public static IMessage? Read(ReadOnlyMemory<byte> data, out ulong id)
    {
        id = 0;
        ulong headerId = 0;
        int start = 0;
        int length = 0;
        int kind = 0;
        ProtoReader reader = new(data.Span);
        while (!reader.IsAtEnd)
        {
            bool understood = reader.TryReadTag(out int field, out WireType type) && field switch
            {
                IdField => reader.TryReadVarint(type, out id),
                PutField or TxnField when kind == 0 =>
                    reader.TryReadSlice(type, out start, out length) && (kind = field) != 0,
                HeaderField => reader.TryReadSlice(type, out int headerStart, out int headerLength)
                    && TryReadHeader(data.Span.Slice(headerStart, headerLength), out headerId),
                _ => false,
            };
            if (!understood)
            {
                return null;
            }
        }

        id = id != 0 ? id : headerId;
        ReadOnlyMemory<byte> body = data.Slice(start, length);
        return kind switch
        {
            PutField => LargePut.Parse(body),
            TxnField => NestedMessages.Parse(TxnRequest.Parser, body.Span),
            _ => null,
        };
    }

    /// <summary>The longest entry of a put of so many bytes.</summary>
    internal static int MaxPutEntryBytes(int putBytes) => checked(
        ProtoSize.LengthDelimitedField(PutField, putBytes) + TailBytes(ulong.MaxValue));

    /// <summary>Writes what stands before a put.</summary>
    /// <returns>Bytes written.</returns>
    internal static int WritePutHead(Span<byte> destination, int putBytes) => WriteHead(destination, PutField, putBytes);

    /// <summary>Writes what stands behind the request.</summary>
    /// <returns>Bytes written.</returns>
    internal static int WriteTail(Span<byte> destination, ulong id)
    {
        ProtoWriter writer = new(destination);
        writer.WriteLengthDelimitedHeader(HeaderField, ProtoSize.VarintField(IdField, id));
        writer.WriteVarintField(IdField, id);
        return writer.Written;
    }

    private static int TailBytes(ulong id) =>
        ProtoSize.LengthDelimitedField(HeaderField, ProtoSize.VarintField(IdField, id));

    private static int WriteHead(Span<byte> destination, int field, int requestBytes)
    {
        ProtoWriter writer = new(destination);
        writer.WriteLengthDelimitedHeader(field, requestBytes);
        return writer.Written;
    }

    private static Memory<byte> Encode(ulong id, int field, IMessage request)
    {
        int requestBytes = request.CalculateSize();
        Memory<byte> entry = EntryMemory.Take(ProtoSize.LengthDelimitedField(field, requestBytes) + TailBytes(id));
        Span<byte> data = entry.Span;
        int start = WriteHead(data, field, requestBytes);
        request.WriteTo(data.Slice(start, requestBytes));
        WriteTail(data[(start + requestBytes)..], id);
        return entry;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> header, out ulong id)
    {
        id = 0;
        ProtoReader reader = new(header);
        return reader.IsAtEnd
            || (reader.TryReadTag(out int field, out WireType type) && field == IdField
                && reader.TryReadVarint(type, out id) && reader.IsAtEnd);
    }
}
