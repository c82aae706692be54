using System.Buffers.Binary;

namespace Etcd.Protocol.Wire;

/// <summary>Reads protobuf fields from untrusted bytes; no input makes it throw.</summary>
/// <remarks>
/// Every read returns false on malformed or cut input, and the position is then meaningless. Unknown fields are the
/// caller's to skip with <see cref="TrySkip"/>.
/// </remarks>
public ref struct ProtoReader
{
    private const int MaxVarintBytes = 10;

    private readonly ReadOnlySpan<byte> _source;
    private int _position;

    /// <summary>Starts at the first byte.</summary>
    /// <param name="source">Owned by the caller.</param>
    public ProtoReader(ReadOnlySpan<byte> source)
    {
        _source = source;
        _position = 0;
    }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Whether all bytes are read.</summary>
    public readonly bool IsAtEnd => _position >= _source.Length;

    /// <summary>Reads the tag of the next field.</summary>
    /// <param name="field">The field number, at least 1.</param>
    /// <param name="type">How its value is laid out.</param>
    public bool TryReadTag(out int field, out WireType type)
    {
        bool ok = TryReadVarint(out ulong tag) && tag <= uint.MaxValue && tag >> 3 != 0;
        field = ok ? (int)(tag >> 3) : 0;
        type = (WireType)(tag & 7);
        return ok && type <= WireType.Fixed32;
    }

    /// <summary>Reads a varint of at most ten bytes; bits past 64 are malformed.</summary>
    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < MaxVarintBytes && _position < _source.Length; i++)
        {
            byte next = _source[_position++];
            if (i == MaxVarintBytes - 1 && next > 1)
            {
                return false;
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a varint field's value when its tag has the right type.</summary>
    public bool TryReadVarint(WireType type, out ulong value)
    {
        value = 0;
        return type == WireType.Varint && TryReadVarint(out value);
    }

    /// <summary>Reads a length-delimited field's value when its tag has the right type.</summary>
    /// <param name="type">As read from the tag.</param>
    /// <param name="offset">Where the content starts in the source.</param>
    /// <param name="length">Bytes of the content.</param>
    public bool TryReadSlice(WireType type, out int offset, out int length)
    {
        offset = 0;
        length = 0;
        if (type != WireType.LengthDelimited || !TryReadVarint(out ulong size)
            || size > (ulong)(_source.Length - _position))
        {
            return false;
        }

        offset = _position;
        length = (int)size;
        _position += length;
        return true;
    }

    /// <summary>Skips the value of a field.</summary>
    /// <param name="type">As read from the tag; groups are malformed.</param>
    public bool TrySkip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                return TryReadVarint(out _);
            case WireType.Fixed64:
                return TryAdvance(sizeof(ulong));
            case WireType.LengthDelimited:
                return TryReadSlice(type, out _, out _);
            case WireType.Fixed32:
                return TryAdvance(sizeof(uint));
            default:
                return false;
        }
    }

    /// <summary>Reads eight little-endian bytes.</summary>
    public bool TryReadFixed64(out ulong value)
    {
        int start = _position;
        bool ok = TryAdvance(sizeof(ulong));
        value = ok ? BinaryPrimitives.ReadUInt64LittleEndian(_source[start..]) : 0;
        return ok;
    }

    private bool TryAdvance(int count)
    {
        if (_source.Length - _position < count)
        {
            return false;
        }

        _position += count;
        return true;
    }
}
