using Etcd.Member.Host.Pings;

namespace Etcd.Member.Tests.Pings;

public sealed class Http2FrameScannerTests
{
    private const int Before = 24;

    private static readonly (byte Type, byte Flags, int Stream, int Length)[] Sent =
    [
        (Frames.Settings, 0, 0, 18),
        (Frames.Headers, Frames.EndHeaders, 1, 70),
        (Frames.Data, Frames.EndStream, 1, 300),
        (Frames.Settings, Frames.Acknowledgement, 0, 0),
        (Frames.Ping, 0, 0, 8),
        (Frames.Headers, 0, 3, 10),
        (Frames.Continuation, Frames.EndHeaders, 3, 5),
        (Frames.Reset, 0, int.MaxValue, 4),
        (Frames.Data, 0, 3, 70_000),
    ];

    private static readonly byte[] Bytes =
        [.. new byte[Before], .. Sent.SelectMany(frame => Frames.Of(frame.Type, frame.Flags, frame.Stream, frame.Length))];

    [Fact]
    public void Frames_are_found_wherever_the_bytes_are_cut()
    {
        var expected = Sent.Select(frame => new Http2Frame(frame.Type, frame.Flags, frame.Stream)).ToList();
        for (int cut = 0; cut <= Bytes.Length; cut++)
        {
            var scanner = new Http2FrameScanner(Before);
            var found = Scan(ref scanner, Bytes.AsSpan(0, cut));
            found.AddRange(Scan(ref scanner, Bytes.AsSpan(cut)));
            Assert.Equal(expected, found);
            Assert.True(scanner.IsBetweenFrames);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Frames_are_found_in_pieces_of_one_size(int size)
    {
        var scanner = new Http2FrameScanner(Before);
        var found = new List<Http2Frame>();
        for (int at = 0; at < Bytes.Length; at += size)
        {
            found.AddRange(Scan(ref scanner, Bytes.AsSpan(at, Math.Min(size, Bytes.Length - at))));
        }

        Assert.Equal(Sent.Select(frame => new Http2Frame(frame.Type, frame.Flags, frame.Stream)), found);
    }

    [Fact]
    public void End_of_a_frame_is_told_from_its_middle()
    {
        var ends = new HashSet<int> { Before };
        int end = Before;
        foreach (var frame in Sent)
        {
            end += 9 + frame.Length;
            // Headers that go on leave no room for another frame.
            if (frame is not { Type: Frames.Headers, Flags: 0 })
            {
                ends.Add(end);
            }
        }

        var scanner = new Http2FrameScanner(Before);
        for (int at = 0; at < Bytes.Length; at++)
        {
            Scan(ref scanner, Bytes.AsSpan(at, 1));
            Assert.Equal(ends.Contains(at + 1), scanner.IsBetweenFrames);
        }
    }

    private static List<Http2Frame> Scan(ref Http2FrameScanner scanner, ReadOnlySpan<byte> bytes)
    {
        var found = new List<Http2Frame>();
        while (scanner.TryRead(ref bytes, out var frame))
        {
            found.Add(frame);
        }

        return found;
    }
}
