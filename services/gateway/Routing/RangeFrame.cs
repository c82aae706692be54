using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Etcd.Protocol.Wire;

namespace Etcd.Gateway.Routing;

/// <summary>Reads the one gRPC message of a range request without consuming it.</summary>
/// <remarks>
/// <code>
/// | offset | bytes | content                                  |
/// |      0 |     1 | 0: as is, 1: compressed as grpc-encoding |
/// |      1 |     4 | length of the message, big-endian        |
/// |      5 |     n | etcdserverpb.RangeRequest                |
/// </code>
/// </remarks>
internal static class RangeFrame
{
    /// <summary>
    /// Longest frame that is read and kept: larger ones, with keys of tens of KiB, go to the leader, who may serve them
    /// whatever they ask for.
    /// </summary>
    public const int MaxBytes = 64 << 10;

    private const int HeaderBytes = 5;
    private const int SerializableField = 7;

    /// <summary>The frame's whole length as its header says.</summary>
    /// <returns>False while the header is incomplete.</returns>
    public static bool TryReadLength(in ReadOnlySequence<byte> received, out long frameBytes)
    {
        frameBytes = 0;
        if (received.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        received.Slice(0, HeaderBytes).CopyTo(header);
        frameBytes = HeaderBytes + (long)BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return true;
    }

    /// <summary>Whether the request may be served from any member's own state. False for what cannot be read.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="encoding">The request's grpc-encoding; null for none.</param>
    public static bool IsSerializable(ReadOnlySpan<byte> frame, string? encoding)
    {
        if (frame.Length < HeaderBytes)
        {
            return false;
        }

        var message = frame[HeaderBytes..];
        return frame[0] switch
        {
            0 => ReadField(message),
            1 when encoding == "gzip" => ReadCompressed(message),
            _ => false,
        };
    }

    private static bool ReadCompressed(ReadOnlySpan<byte> message)
    {
        var plain = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            using var source = new MemoryStream(message.ToArray(), writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            var length = gzip.ReadAtLeast(plain.AsSpan(0, MaxBytes), MaxBytes, throwOnEndOfStream: false);

            // A full buffer may be a cut message: the field could still come.
            return length < MaxBytes && ReadField(plain.AsSpan(0, length));
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private static bool ReadField(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        var serializable = false;
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type))
            {
                return false;
            }

            if (field == SerializableField && type == WireType.Varint)
            {
                if (!reader.TryReadVarint(out var value))
                {
                    return false;
                }

                // As protobuf reads it: the last one counts.
                serializable = value != 0;
            }
            else if (!reader.TrySkip(type))
            {
                return false;
            }
        }

        return serializable;
    }
}
