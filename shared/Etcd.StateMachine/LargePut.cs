using System.Diagnostics.CodeAnalysis;
using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <summary>Reads puts whose value is better left where it lies. Stateless.</summary>
internal static class LargePut
{
    /// <summary>From this length on.</summary>
    public const int LeastBytes = 16 << 10;

    /// <summary>Reads a put, without a copy of its value where that is large.</summary>
    /// <param name="body">The message, which never changes.</param>
    /// <exception cref="InvalidProtocolBufferException">It is malformed.</exception>
    public static PutRequest Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length < LeastBytes
            || !TryRead(body.Span, out PutRequest? put, out int valueStart, out int valueLength))
        {
            return PutRequest.Parser.ParseFrom(body.Span);
        }

        put.Value = UnsafeByteOperations.UnsafeWrap(body.Slice(valueStart, valueLength));
        return put;
    }

    /// <summary>Reads a put but for its value; false for one with unknown or malformed fields.</summary>
    /// <param name="body">The message.</param>
    /// <param name="put">The put.</param>
    /// <param name="valueStart">Where in the message the value begins.</param>
    /// <param name="valueLength">Its length.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out PutRequest? put, out int valueStart, out int valueLength)
    {
        valueStart = valueLength = 0;
        put = null;
        PutRequest read = new();
        ProtoReader reader = new(body);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out int field, out WireType type))
            {
                return false;
            }

            ulong number = 0;
            bool understood;
            switch (field)
            {
                case PutRequest.KeyFieldNumber:
                    understood = reader.TryReadSlice(type, out int keyStart, out int keyLength);
                    read.Key = understood
                        ? ByteString.CopyFrom(body.Slice(keyStart, keyLength))
                        : ByteString.Empty;
                    break;
                case PutRequest.ValueFieldNumber:
                    understood = reader.TryReadSlice(type, out valueStart, out valueLength);
                    break;
                default:
                    understood = reader.TryReadVarint(type, out number) && TrySet(read, field, number);
                    break;
            }

            if (!understood)
            {
                return false;
            }
        }

        put = read;
        return true;
    }

    private static bool TrySet(PutRequest put, int field, ulong number)
    {
        switch (field)
        {
            case PutRequest.LeaseFieldNumber:
                put.Lease = (long)number;
                return true;
            case PutRequest.PrevKvFieldNumber:
                put.PrevKv = number != 0;
                return true;
            case PutRequest.IgnoreValueFieldNumber:
                put.IgnoreValue = number != 0;
                return true;
            case PutRequest.IgnoreLeaseFieldNumber:
                put.IgnoreLease = number != 0;
                return true;
            default:
                return false;
        }
    }
}
