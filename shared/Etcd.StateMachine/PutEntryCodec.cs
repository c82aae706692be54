using System.Diagnostics.CodeAnalysis;
using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <summary>
/// Puts the most frequent entry, a put, into its <c>InternalRaftRequest</c> and takes it out without making that
/// message: with a field per kind of request it is larger than the put itself.
/// <code>
/// written: 22 len put | A2 06 len header { 08 id }
/// read:    the same, with 08 id too, in any order
/// </code>
/// Anything else in the envelope or in its header is left to the whole parser. Stateless.
/// </summary>
public static class PutEntryCodec
{
    private const int IdField = 1;
    private const int PutField = 4;
    private const int HeaderField = 100;

    /// <summary>Encodes the entry of a put, byte for byte as the generated message would.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="put">The put.</param>
    public static byte[] Encode(ulong id, PutRequest put)
    {
        ArgumentNullException.ThrowIfNull(put);
        int putBytes = put.CalculateSize();
        int headerBytes = ProtoSize.VarintField(IdField, id);
        byte[] data = new byte[
            ProtoSize.LengthDelimitedField(PutField, putBytes)
            + ProtoSize.LengthDelimitedField(HeaderField, headerBytes)];
        ProtoWriter head = new(data);
        head.WriteLengthDelimitedHeader(PutField, putBytes);
        put.WriteTo(data.AsSpan(head.Written, putBytes));
        ProtoWriter tail = new(data.AsSpan(head.Written + putBytes));
        tail.WriteLengthDelimitedHeader(HeaderField, headerBytes);
        tail.WriteVarintField(IdField, id);
        return data;
    }

    /// <summary>Reads an entry; false when it is not a plain put.</summary>
    /// <param name="data">The entry's payload.</param>
    /// <param name="id">The request's id, else its header's; 0 for none.</param>
    /// <param name="put">The put.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, out ulong id, [NotNullWhen(true)] out PutRequest? put)
    {
        id = 0;
        put = null;
        ulong headerId = 0;
        ReadOnlySpan<byte> body = default;
        bool hasPut = false;
        ProtoReader reader = new(data);
        while (!reader.IsAtEnd)
        {
            bool understood = reader.TryReadTag(out int field, out WireType type) && field switch
            {
                IdField => reader.TryReadVarint(type, out id),
                PutField when !hasPut => hasPut = TryReadBytes(ref reader, type, data, out body),
                HeaderField => TryReadBytes(ref reader, type, data, out ReadOnlySpan<byte> header)
                    && TryReadHeader(header, out headerId),
                _ => false,
            };
            if (!understood)
            {
                return false;
            }
        }

        if (!hasPut)
        {
            return false;
        }

        id = id != 0 ? id : headerId;
        put = PutRequest.Parser.ParseFrom(body);
        return true;
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
