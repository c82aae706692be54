using System.Buffers.Text;
using System.Text;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// HPACK (RFC 7541) for the responses of one connection: keeps the table that the server fills, and picks out the
/// three fields that a gRPC client needs. Allocates only for error texts.
/// </summary>
internal sealed class ResponseHeaders
{
    private const int EntryOverheadBytes = 32;
    private const int LongestStringBytes = 16 << 10;

    private static readonly string[] StaticNames =
    [
        ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status",
        ":status", ":status", ":status", ":status", "accept-charset", "accept-encoding", "accept-language",
        "accept-ranges", "accept", "access-control-allow-origin", "age", "allow", "authorization", "cache-control",
        "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location",
        "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after",
        "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via",
        "www-authenticate",
    ];

    private static readonly int[] StaticStatus = [200, 204, 206, 304, 400, 404, 500];

    private readonly byte[] _name = new byte[LongestStringBytes];
    private readonly byte[] _value = new byte[LongestStringBytes];
    private readonly List<Entry> _table = [];
    private int _tableBytes;
    private int _tableLimitBytes = 4096;

    private enum Kind
    {
        Other,
        HttpStatus,
        GrpcStatus,
        GrpcMessage,
    }

    /// <summary>The HTTP status of the last block; 0 when it had none.</summary>
    public int HttpStatus { get; private set; }

    /// <summary>The gRPC status of the last block; -1 when it had none.</summary>
    public int GrpcStatus { get; private set; }

    /// <summary>The gRPC message of the last block, percent-encoded; null when it had none.</summary>
    public string? GrpcMessage { get; private set; }

    /// <summary>Decodes a whole block.</summary>
    /// <exception cref="LoadException">The block is malformed.</exception>
    public void Decode(ReadOnlySpan<byte> block)
    {
        HttpStatus = 0;
        GrpcStatus = -1;
        GrpcMessage = null;
        int position = 0;
        while (position < block.Length)
        {
            byte first = block[position];
            if (first >= 0x80)
            {
                Apply(At(ReadInteger(block, ref position, 0x7F)));
            }
            else if (first >= 0x40)
            {
                Insert(ReadLiteral(block, ref position, 0x3F));
            }
            else if (first >= 0x20)
            {
                _tableLimitBytes = ReadInteger(block, ref position, 0x1F);
                Evict(_tableLimitBytes);
            }
            else
            {
                Apply(ReadLiteral(block, ref position, 0x0F));
            }
        }
    }

    private static int ReadInteger(ReadOnlySpan<byte> block, ref int position, int prefix)
    {
        int value = block[position++] & prefix;
        if (value < prefix)
        {
            return value;
        }

        for (int shift = 0; shift <= 21 && position < block.Length; shift += 7)
        {
            byte next = block[position++];
            value += (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new LoadException("the server sent a malformed number in its headers");
    }

    private static int ReadString(ReadOnlySpan<byte> block, ref int position, byte[] destination)
    {
        bool coded = position < block.Length && block[position] >= 0x80;
        int length = position < block.Length ? ReadInteger(block, ref position, 0x7F) : -1;
        if (length < 0 || length > block.Length - position || length > LongestStringBytes / 2)
        {
            throw new LoadException("the server sent a malformed string in its headers");
        }

        ReadOnlySpan<byte> source = block.Slice(position, length);
        position += length;
        if (!coded)
        {
            source.CopyTo(destination);
            return length;
        }

        int decoded = HuffmanCode.Decode(source, destination);
        return decoded >= 0 ? decoded : throw new LoadException("the server sent a malformed string in its headers");
    }

    private static Kind KindOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("grpc-status"u8) ? Kind.GrpcStatus
        : name.SequenceEqual("grpc-message"u8) ? Kind.GrpcMessage
        : name.SequenceEqual(":status"u8) ? Kind.HttpStatus
        : Kind.Other;

    private Entry ReadLiteral(ReadOnlySpan<byte> block, ref int position, int prefix)
    {
        int index = ReadInteger(block, ref position, prefix);
        Kind kind;
        int nameBytes;
        if (index == 0)
        {
            nameBytes = ReadString(block, ref position, _name);
            kind = KindOf(_name.AsSpan(0, nameBytes));
        }
        else
        {
            Entry named = At(index);
            kind = named.Kind;
            nameBytes = named.NameBytes;
        }

        int valueBytes = ReadString(block, ref position, _value);
        ReadOnlySpan<byte> value = _value.AsSpan(0, valueBytes);
        int number = -1;
        if (kind is Kind.HttpStatus or Kind.GrpcStatus
            && (!Utf8Parser.TryParse(value, out number, out int used) || used != valueBytes))
        {
            throw new LoadException($"the server sent the status '{Encoding.ASCII.GetString(value)}'");
        }

        string? text = kind == Kind.GrpcMessage && valueBytes > 0 ? Encoding.ASCII.GetString(value) : null;
        return new Entry(kind, number, text, nameBytes, valueBytes);
    }

    private Entry At(int index)
    {
        if (index >= 1 && index <= StaticNames.Length)
        {
            int status = index - 8;
            return status >= 0 && status < StaticStatus.Length
                ? new Entry(Kind.HttpStatus, StaticStatus[status], null, ":status".Length, 3)
                : new Entry(Kind.Other, -1, null, StaticNames[index - 1].Length, 0);
        }

        int position = _table.Count - (index - StaticNames.Length);
        return position >= 0 && position < _table.Count
            ? _table[position]
            : throw new LoadException($"the server's headers refer to entry {index}, which does not exist");
    }

    private void Apply(Entry entry)
    {
        switch (entry.Kind)
        {
            case Kind.HttpStatus:
                HttpStatus = entry.Number;
                break;
            case Kind.GrpcStatus:
                GrpcStatus = entry.Number;
                break;
            case Kind.GrpcMessage:
                GrpcMessage = entry.Text;
                break;
            default:
                break;
        }
    }

    private void Insert(Entry entry)
    {
        Apply(entry);
        Evict(_tableLimitBytes - entry.SizeBytes);
        if (entry.SizeBytes <= _tableLimitBytes)
        {
            _table.Add(entry);
            _tableBytes += entry.SizeBytes;
        }
    }

    private void Evict(int limitBytes)
    {
        int evicted = 0;
        while (evicted < _table.Count && _tableBytes > limitBytes)
        {
            _tableBytes -= _table[evicted++].SizeBytes;
        }

        if (evicted > 0)
        {
            _table.RemoveRange(0, evicted);
        }
    }

    private readonly record struct Entry(Kind Kind, int Number, string? Text, int NameBytes, int ValueBytes)
    {
        public int SizeBytes => NameBytes + ValueBytes + EntryOverheadBytes;
    }
}
