using System.Buffers;
using System.Collections.Concurrent;
using Etcd.Member.Host.Buffers;

namespace Etcd.Member.Tests.Host.Buffers;

public sealed class BlockPoolTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(16 << 10)]
    public void Block_has_the_payload_of_a_frame_whatever_is_asked_for(int size)
    {
        using IMemoryOwner<byte> block = BlockPool.Shared.Rent(size);

        Assert.Equal(16 << 10, block.Memory.Length);
        Assert.Equal(block.Memory.Length, BlockPool.Shared.MaxBufferSize);
    }

    [Fact]
    public void More_than_a_block_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => BlockPool.Shared.Rent(BlockPool.Shared.MaxBufferSize + 1));

    [Fact]
    public void Block_that_was_given_back_is_the_next_one_of_its_thread()
    {
        IMemoryOwner<byte> first = BlockPool.Shared.Rent();
        first.Dispose();

        using IMemoryOwner<byte> second = BlockPool.Shared.Rent();

        Assert.Same(first, second);
    }

    [Fact]
    public void Block_that_is_given_back_twice_is_rented_once()
    {
        IMemoryOwner<byte> block = BlockPool.Shared.Rent();
        block.Dispose();
        block.Dispose();

        using IMemoryOwner<byte> first = BlockPool.Shared.Rent();
        using IMemoryOwner<byte> second = BlockPool.Shared.Rent();

        Assert.NotSame(first, second);
    }

    [Fact]
    public void Pool_works_on_after_disposal_by_one_of_its_users()
    {
        new BlockPoolFactory().Create().Dispose();

        using IMemoryOwner<byte> block = new BlockPoolFactory().Create().Rent();

        Assert.False(block.Memory.IsEmpty);
    }

    [Fact]
    public async Task No_block_has_two_users_while_threads_hand_blocks_to_each_other()
    {
        const int threads = 4;
        const int held = 40;
        var handedOver = new ConcurrentQueue<(IMemoryOwner<byte> Block, int Mark)>();
        int next = 0;
        int damaged = 0;

        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                int mark = Interlocked.Increment(ref next);
                IMemoryOwner<byte> block = BlockPool.Shared.Rent();
                BitConverter.TryWriteBytes(block.Memory.Span, mark);
                handedOver.Enqueue((block, mark));
                if (handedOver.Count > held && handedOver.TryDequeue(out (IMemoryOwner<byte> Block, int Mark) other))
                {
                    if (BitConverter.ToInt32(other.Block.Memory.Span) != other.Mark)
                    {
                        Interlocked.Increment(ref damaged);
                    }

                    other.Block.Dispose();
                }
            }
        })));

        Assert.All(handedOver, left => Assert.Equal(left.Mark, BitConverter.ToInt32(left.Block.Memory.Span)));
        Assert.Equal(0, damaged);
    }
}
