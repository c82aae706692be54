using System.Buffers;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>Tells HTTP/2 with prior knowledge from HTTP/1.1 by the connection's first bytes (RFC 9113 §3.4).</summary>
internal static class Http2Preface
{
    /// <summary>The 24 bytes that every HTTP/2 client sends first.</summary>
    public static ReadOnlySpan<byte> Bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>What the bytes so far say. O(24).</summary>
    public static PrefaceMatch Match(in ReadOnlySequence<byte> received)
    {
        Span<byte> head = stackalloc byte[24];
        var length = (int)Math.Min(received.Length, head.Length);
        received.Slice(0, length).CopyTo(head);
        if (!Bytes[..length].SequenceEqual(head[..length]))
        {
            return PrefaceMatch.No;
        }

        return length == Bytes.Length ? PrefaceMatch.Yes : PrefaceMatch.Undecided;
    }
}
