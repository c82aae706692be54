using System.Diagnostics.CodeAnalysis;
using Etcdserverpb;

namespace Etcd.StateMachine;

/// <summary>
/// Takes the most frequent entry, a put, out of its <c>InternalRaftRequest</c> without making that message: with a
/// field per kind of request it is larger than the put itself.
/// <code>
/// 08 id | 22 len put | A2 06 len header { 08 id }
/// </code>
/// Anything else in the envelope or in its header is left to the whole parser. Stateless.
/// </summary>
internal static class PutEntryReader
{
    private const uint IdTag = (1 << 3) | 0;
    private const uint PutTag = (4 << 3) | 2;
    private const uint HeaderTag = (100 << 3) | 2;

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
        while (!data.IsEmpty)
        {
            if (!TryReadVarint(ref data, out ulong tag))
            {
                return false;
            }

            bool understood = tag switch
            {
                IdTag => TryReadVarint(ref data, out id),
                PutTag when !hasPut => hasPut = TryReadBytes(ref data, out body),
                HeaderTag => TryReadBytes(ref data, out ReadOnlySpan<byte> header) && TryReadHeader(header, out headerId),
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
        return header.IsEmpty
            || (TryReadVarint(ref header, out ulong tag) && tag == IdTag
                && TryReadVarint(ref header, out id) && header.IsEmpty);
    }

    private static bool TryReadBytes(scoped ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadVarint(ref data, out ulong length) || length > (ulong)data.Length)
        {
            return false;
        }

        bytes = data[..(int)length];
        data = data[(int)length..];
        return true;
    }

    private static bool TryReadVarint(scoped ref ReadOnlySpan<byte> data, out ulong value)
    {
        value = 0;
        for (int i = 0; i < data.Length && i < 10; i++)
        {
            byte next = data[i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                data = data[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
