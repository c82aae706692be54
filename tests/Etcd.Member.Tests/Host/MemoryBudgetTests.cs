using Etcd.Member.Host;

namespace Etcd.Member.Tests.Host;

public sealed class MemoryBudgetTests
{
    private const long MiB = 1 << 20;

    /// <summary>Three quarters of a container's limit are the heap's; memtables and blocks are beside it.</summary>
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    public void Budget_of_a_container_leaves_most_to_requests_and_the_index(long limitMiB)
    {
        var heap = limitMiB * MiB * 3 / 4;
        var budget = new MemoryBudget(heap);

        Assert.InRange(OfHeap(budget), heap / 8, heap / 3);
        Assert.InRange(OfEngine(budget), MiB, limitMiB * MiB / 4);
    }

    [Fact]
    public void Much_memory_gives_everything_its_full_size()
    {
        var budget = new MemoryBudget(4096 * MiB);

        Assert.Equal(
            (256 * MiB, 128 * MiB, 64 * MiB, 64 * MiB, 64 * MiB, 64 * MiB),
            (budget.LogBytes, budget.WatchBytes, budget.ValueCacheBytes, budget.BlockCacheBytes,
                budget.WriteBufferBytes, budget.TransportBytes));
        Assert.Equal(OfHeap(budget), OfHeap(new MemoryBudget(long.MaxValue)));
        Assert.Equal(OfEngine(budget), OfEngine(new MemoryBudget(long.MaxValue)));
    }

    [Fact]
    public void Hardly_any_memory_gives_everything_something_to_work_with()
    {
        var budget = new MemoryBudget(0);

        Assert.True(budget.WriteBufferBytes >= 4 * MiB && budget.BlockCacheBytes >= 8 * MiB, "engine");
        Assert.InRange(OfHeap(budget), 16 * MiB, 64 * MiB);
    }

    private static long OfHeap(MemoryBudget budget) =>
        budget.LogBytes + budget.WatchBytes + budget.ValueCacheBytes + budget.TransportBytes;

    private static long OfEngine(MemoryBudget budget) => budget.BlockCacheBytes + (8 * budget.WriteBufferBytes);
}
