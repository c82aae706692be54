using System.Buffers;
using System.Collections.Concurrent;

namespace Etcd.Member.Host.Buffers;

/// <summary>
/// The memory that bytes pass through between socket and request: blocks of the payload of one HTTP/2 frame, where the
/// server's own have 4 KiB, and each block of a large value costs a hand-over from pipe to pipe and a piece of a system
/// call. A thread takes the blocks again that it gave back last, which its processor's cache still has. Thread-safe.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>What clients take in one frame unless they say otherwise (RFC 9113 §6.5.2).</summary>
    private const int BlockBytes = 16 << 10;

    /// <summary>A request of a small value needs four at a time; what a thread has beyond goes to all.</summary>
    private const int BlocksOfThread = 16;

    /// <summary>64 MiB where memory is plenty, enough for 32 values of a MiB on their way. What a burst needs beyond is
    /// left to the collector.</summary>
    private static readonly int MostBlocks = (int)(MemoryBudget.OfProcess.TransportBytes / BlockBytes);

    [ThreadStatic]
    private static Block?[]? _own;

    [ThreadStatic]
    private static int _ownCount;

    private readonly ConcurrentQueue<Block> _common = new();
    private int _commonCount;

    private BlockPool()
    {
    }

    /// <summary>The pool of the process.</summary>
    public static new BlockPool Shared { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        Block block = Take();
        block.IsRented = true;
        return block;
    }

    /// <summary>Lives as long as the process, whoever is done with it.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private Block Take()
    {
        if (_ownCount > 0 && _own is { } own)
        {
            ref Block? top = ref own[--_ownCount];
            if (top is { } block)
            {
                top = null;
                return block;
            }
        }

        if (_common.TryDequeue(out Block? common))
        {
            Interlocked.Decrement(ref _commonCount);
            return common;
        }

        return new Block(this);
    }

    private void Return(Block block)
    {
        Block?[] own = _own ??= new Block?[BlocksOfThread];
        if (_ownCount < own.Length)
        {
            own[_ownCount++] = block;
        }
        else if (Interlocked.Increment(ref _commonCount) <= MostBlocks)
        {
            _common.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _commonCount);
        }
    }

    /// <summary>Pinned for good, as sockets need it.</summary>
    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public bool IsRented;

        public Memory<byte> Memory { get; } =
            System.Runtime.InteropServices.MemoryMarshal.CreateFromPinnedArray(
                GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        /// <summary>Gives it back; a second time does nothing.</summary>
        public void Dispose()
        {
            if (IsRented)
            {
                IsRented = false;
                pool.Return(this);
            }
        }
    }
}
