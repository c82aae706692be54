using System.Buffers;
using System.Runtime.InteropServices;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// A large value that was read: in an array of the shared pool, because arrays that are allocated for each read cost
/// more than the read itself, in cleared pages and in collections. It belongs to one answer. Who has written that gives
/// it back by <see cref="Release"/>; what is not given back is the collector's.
/// </summary>
public sealed class LargeValue : MemoryManager<byte>
{
    /// <summary>Values from this length on. The engine has a block of its own for each of them.</summary>
    public const int LeastBytes = 16 << 10;

    private readonly int _length;
    private byte[]? _array;

    private LargeValue(ReadOnlySpan<byte> value)
    {
        _length = value.Length;
        _array = ArrayPool<byte>.Shared.Rent(_length);
        value.CopyTo(_array);
    }

    private byte[] Bytes => _array ?? throw new ObjectDisposedException(nameof(LargeValue));

    /// <summary>Gives the large values of an answer back. Nobody may read them afterwards.</summary>
    /// <param name="response">An answer that is written and used by nobody else.</param>
    public static void Release(RangeResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        foreach (KeyValue row in response.Kvs)
        {
            if (row.Value.Length >= LeastBytes
                && MemoryMarshal.TryGetMemoryManager(row.Value.Memory, out LargeValue? value))
            {
                ((IDisposable)value).Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Bytes.AsSpan(0, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => Bytes.AsMemory(elementIndex).Pin();

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The handle that Pin gave out unpins by itself.
    }

    /// <summary>A copy of a value.</summary>
    internal static ByteString Copy(ReadOnlySpan<byte> value) =>
        UnsafeByteOperations.UnsafeWrap(new LargeValue(value).Memory);

    /// <inheritdoc/>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = new ArraySegment<byte>(Bytes, 0, _length);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
