namespace Etcd.Protocol.Wire;

/// <summary>Writes protobuf fields into a buffer of the right size, known from <see cref="ProtoSize"/>.</summary>
/// <remarks>Lives on one stack. A buffer too small is the caller's bug and throws.</remarks>
public ref struct ProtoWriter
{
    private readonly Span<byte> _destination;
    private int _position;

    /// <summary>Starts at the first byte of the buffer.</summary>
    /// <param name="destination">Owned by the caller.</param>
    public ProtoWriter(Span<byte> destination)
    {
        _destination = destination;
        _position = 0;
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Written => _position;

    /// <summary>Writes a bare varint.</summary>
    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _destination[_position++] = (byte)value;
    }

    /// <summary>Writes a varint field, zero or not.</summary>
    public void WriteVarintField(int field, ulong value)
    {
        WriteVarint((uint)field << 3);
        WriteVarint(value);
    }

    /// <summary>Writes a bool field, false or not.</summary>
    public void WriteBoolField(int field, bool value) => WriteVarintField(field, value ? 1UL : 0UL);

    /// <summary>Writes a bytes field, empty or not.</summary>
    public void WriteBytesField(int field, ReadOnlySpan<byte> value)
    {
        WriteLengthDelimitedHeader(field, value.Length);
        value.CopyTo(_destination[_position..]);
        _position += value.Length;
    }

    /// <summary>Writes tag and length of a sub-message whose content follows.</summary>
    /// <param name="field">The field number.</param>
    /// <param name="length">Bytes of the content.</param>
    public void WriteLengthDelimitedHeader(int field, int length)
    {
        WriteVarint(((uint)field << 3) | (uint)WireType.LengthDelimited);
        WriteVarint((uint)length);
    }
}
