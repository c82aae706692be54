using System.Numerics;

namespace Etcd.Protocol.Wire;

/// <summary>Encoded sizes in bytes, for one exact buffer per message. Pure.</summary>
public static class ProtoSize
{
    /// <summary>Bytes of a varint: 1 to 10.</summary>
    public static int Varint(ulong value) => (((BitOperations.Log2(value | 1) * 9) + 73) >> 6);

    /// <summary>Bytes of a field's tag.</summary>
    public static int Tag(int field) => Varint((uint)field << 3);

    /// <summary>Bytes of a varint field with its tag, zero or not.</summary>
    public static int VarintField(int field, ulong value) => Tag(field) + Varint(value);

    /// <summary>Bytes of a length-delimited field with tag and length.</summary>
    /// <param name="field">The field number.</param>
    /// <param name="length">Bytes of the content, 0 or more.</param>
    public static int LengthDelimitedField(int field, int length) => Tag(field) + Varint((uint)length) + length;
}
