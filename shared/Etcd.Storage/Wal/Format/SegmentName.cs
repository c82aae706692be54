using System.Globalization;

namespace Etcd.Storage.Wal.Format;

/// <summary>
/// Name of a segment file, as etcd's: <c>SSSSSSSSSSSSSSSS-IIIIIIIIIIIIIIII.wal</c>, both numbers hexadecimal.
/// </summary>
/// <param name="Sequence">Number of the segment, from 0, without gaps.</param>
/// <param name="FirstIndex">First entry index that may be in it.</param>
internal readonly record struct SegmentName(ulong Sequence, ulong FirstIndex)
{
    private const string Suffix = ".wal";

    public static bool TryParse(string name, out SegmentName parsed)
    {
        parsed = default;
        if (name.Length != 37 || name[16] != '-' || !name.EndsWith(Suffix, StringComparison.Ordinal)
            || !TryParseHex(name.AsSpan(0, 16), out var sequence)
            || !TryParseHex(name.AsSpan(17, 16), out var firstIndex))
        {
            return false;
        }

        parsed = new SegmentName(sequence, firstIndex);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Sequence:x16}-{FirstIndex:x16}{Suffix}");

    private static bool TryParseHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
