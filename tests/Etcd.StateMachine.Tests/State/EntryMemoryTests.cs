using System.Runtime.InteropServices;

namespace Etcd.StateMachine.Tests.State;

public sealed class EntryMemoryTests
{
    [Fact]
    public async Task Nobody_has_the_memory_of_another()
    {
        int[] lengths = [0, 1, 300, 1024, 1025, 16 << 10, 1 << 20];
        (Memory<byte> Memory, byte Mark)[][] taken = await Task.WhenAll(Enumerable.Range(1, 8).Select(
            mark => Task.Run(() => Enumerable.Range(0, 500).Select(i =>
            {
                Memory<byte> memory = EntryMemory.Take(lengths[(i * mark) % (i % 100 == 0 ? 7 : 5)]);
                memory.Span.Fill((byte)(mark + (i % 31)));
                return (memory, (byte)(mark + (i % 31)));
            }).ToArray())));

        Assert.All(taken.SelectMany(each => each), one => Assert.Equal(-1, one.Memory.Span.IndexOfAnyExcept(one.Mark)));
    }

    [Fact]
    public void Neighbours_share_an_array()
    {
        ArraySegment<byte>[] segments = [.. Enumerable.Range(0, 500).Select(_ => SegmentOf(EntryMemory.Take(300)))];

        Assert.InRange(segments.Select(segment => segment.Array).Distinct().Count(), 1, 11);
    }

    [Fact]
    public void A_large_one_keeps_no_other_alive()
    {
        ArraySegment<byte> segment = SegmentOf(EntryMemory.Take(1025));

        Assert.Equal(1025, segment.Array!.Length);
    }

    private static ArraySegment<byte> SegmentOf(Memory<byte> memory)
    {
        Assert.True(MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment));
        return segment;
    }
}
