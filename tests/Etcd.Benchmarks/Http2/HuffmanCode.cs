namespace Etcd.Benchmarks.Http2;

/// <summary>
/// HPACK's Huffman code (RFC 7541, appendix B) for the characters that gRPC headers are made of. The code is
/// canonical: codes of one length are consecutive, in the order of their characters, so the lengths alone define it.
/// Codes longer than 15 bits belong to a backslash and to bytes that are no ASCII; gRPC percent-encodes those.
/// </summary>
internal static class HuffmanCode
{
    private const int ShortestBits = 5;
    private const int LongestBits = 15;

    private static readonly string[] ByLength =
    [
        "012aceiost",
        " %-./3456789=A_bdfghlmnpru",
        ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz",
        "&*,;XZ",
        "",
        "!\"()?",
        "'+|",
        "#>",
        "\0$@[]~",
        "^}",
        "<`{",
    ];

    /// <summary>Decodes a whole string.</summary>
    /// <param name="source">The coded bytes.</param>
    /// <param name="destination">Two bytes for each of the source are always enough.</param>
    /// <returns>Bytes written; -1 when the source is no such string.</returns>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int written = 0;
        int code = 0;
        int first = 0;
        int bits = 0;
        foreach (byte next in source)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((next >> bit) & 1);
                first <<= 1;
                bits++;
                if (bits < ShortestBits)
                {
                    continue;
                }

                if (bits > LongestBits)
                {
                    return -1;
                }

                string characters = ByLength[bits - ShortestBits];
                if (code - first < characters.Length)
                {
                    destination[written++] = (byte)characters[code - first];
                    code = first = bits = 0;
                }
                else
                {
                    first += characters.Length;
                }
            }
        }

        // What is left is padding: fewer than eight bits, all ones.
        return bits < 8 && code == (1 << bits) - 1 ? written : -1;
    }
}
