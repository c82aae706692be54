using System.Buffers;
using System.Runtime.InteropServices;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <summary>
/// A large put as it came from the client, in the array that its entry takes to the log: the value is copied once, from
/// the request's buffers, and never moved or encoded again. The value of the message that is read from it lies in the
/// same array.
/// <code>
/// 22 len | put as received | A2 06 len header { 08 id }
///                          ↑ written when the id is known
/// </code>
/// The array changes once, by <see cref="Complete"/>, and not where the put is. Used by one call.
/// </summary>
public sealed class EncodedPut : MemoryManager<byte>
{
    private readonly PutRequest _put;
    private readonly byte[] _entry;
    private readonly int _putEnd;
    private readonly int _valueStart;
    private readonly int _valueLength;
    private bool _isComplete;

    private EncodedPut(PutRequest put, byte[] entry, int putEnd, int valueStart, int valueLength)
    {
        _put = put;
        _entry = entry;
        _putEnd = putEnd;
        _valueStart = valueStart;
        _valueLength = valueLength;
    }

    /// <summary>Reads a put. One that is small, or not encoded in the shortest way, is read as any message.</summary>
    /// <param name="payload">The message as received; not needed afterwards.</param>
    /// <exception cref="InvalidProtocolBufferException">It is not a put.</exception>
    public static PutRequest Read(in ReadOnlySequence<byte> payload)
    {
        if (payload.Length < LargePut.LeastBytes)
        {
            return PutRequest.Parser.ParseFrom(payload);
        }

        int length = checked((int)payload.Length);
        byte[] entry = GC.AllocateUninitializedArray<byte>(RequestEntryCodec.MaxPutEntryBytes(length));
        int start = RequestEntryCodec.WritePutHead(entry, length);
        Span<byte> body = entry.AsSpan(start, length);
        payload.CopyTo(body);
        if (!LargePut.TryRead(body, out PutRequest? put, out int valueOffset, out int valueLength))
        {
            return PutRequest.Parser.ParseFrom(body);
        }

        EncodedPut encoded = new(put, entry, start + length, start + valueOffset, valueLength);
        put.Value = UnsafeByteOperations.UnsafeWrap(encoded.Memory);
        return put.CalculateSize() == length ? put : PutRequest.Parser.ParseFrom(body);
    }

    /// <summary>The entry of a put that <see cref="Read"/> gave; null for any other, and at a second time.</summary>
    /// <param name="id">The request's id, not 0.</param>
    /// <param name="put">The put; as it was read, for what is written is what was received.</param>
    internal static ReadOnlyMemory<byte>? Complete(ulong id, PutRequest put)
    {
        if (!MemoryMarshal.TryGetMemoryManager(put.Value.Memory, out EncodedPut? encoded)
            || !ReferenceEquals(encoded._put, put) || encoded._isComplete)
        {
            return null;
        }

        encoded._isComplete = true;
        int tailBytes = RequestEntryCodec.WriteTail(encoded._entry.AsSpan(encoded._putEnd), id);
        return encoded._entry.AsMemory(0, encoded._putEnd + tailBytes);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => _entry.AsSpan(_valueStart, _valueLength);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => _entry.AsMemory(_valueStart + elementIndex).Pin();

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The handle that Pin gave out unpins by itself.
    }

    /// <inheritdoc/>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = new ArraySegment<byte>(_entry, _valueStart, _valueLength);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The array is the collector's: the log has it too.
    }
}
