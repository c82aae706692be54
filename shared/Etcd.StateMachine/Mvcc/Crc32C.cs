using System.Buffers.Binary;
using System.Numerics;

namespace Etcd.StateMachine.Mvcc;

/// <summary>A running CRC-32C (Castagnoli), initial value and final inversion all ones, as etcd has it.</summary>
internal struct Crc32C
{
    private uint _inverted;

    public Crc32C() => _inverted = uint.MaxValue;

    /// <summary>The checksum of everything appended so far.</summary>
    public readonly uint Value => ~_inverted;

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = _inverted;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte next in bytes)
        {
            crc = BitOperations.Crc32C(crc, next);
        }

        _inverted = crc;
    }
}
