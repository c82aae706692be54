using System.Runtime.InteropServices;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// Keeps a frame free of sectors that are all zero, which is how an unwritten sector looks. A body that has one
/// (a client stored a run of zeros) is xored with a pseudo-random stream that no client can foresee. The last byte of
/// a frame is not zero either, so that a write cut short at any byte shows. Pure.
/// </summary>
internal static class FrameMask
{
    /// <summary>What a disk writes whole or not at all.</summary>
    public const int SectorBytes = 512;

    /// <summary>One is enough unless 64 random bits happen to equal a word of the body.</summary>
    private const ushort Attempts = 16;

    /// <summary>Masks the body if it needs it.</summary>
    /// <param name="body">Length divisible by 8; changed in place.</param>
    /// <param name="offset">Where the body will stand in the file.</param>
    /// <param name="logId">Secret of the log.</param>
    /// <returns>The mask to store in the header; 0 for none.</returns>
    public static ushort Apply(Span<byte> body, long offset, ulong logId)
    {
        for (ushort mask = 0; ; mask++)
        {
            Toggle(body, mask, logId);
            if (mask == Attempts || (body[^1] != 0 && !HasZeroSector(body, offset)))
            {
                return mask;
            }

            Toggle(body, mask, logId);
        }
    }

    /// <summary>Masks a plain body, unmasks a masked one.</summary>
    public static void Toggle(Span<byte> body, ushort mask, ulong logId)
    {
        if (mask == 0)
        {
            return;
        }

        var state = logId ^ (mask * 0xD6E8FEB86659FD93UL);
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(body))
        {
            // SplitMix64.
            state += 0x9E3779B97F4A7C15UL;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            word ^= mixed ^ (mixed >> 31);
        }
    }

    /// <summary>True when the bytes, standing at the offset, fill their part of some sector with zeros.</summary>
    public static bool HasZeroSector(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var part = Math.Min(bytes.Length, SectorBytes - (int)(offset % SectorBytes));
            if (bytes[..part].IndexOfAnyExcept((byte)0) < 0)
            {
                return true;
            }

            bytes = bytes[part..];
            offset += part;
        }

        return false;
    }
}
