using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Etcd.Gateway.Routing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Gateway.Tests.Routing;

public sealed class RangeFrameTests
{
    public static TheoryData<bool, int> KeySizes() => new()
    {
        { true, 0 }, { false, 0 }, { true, 1 }, { false, 1 }, { true, 200 }, { false, 200 }, { true, 20_000 },
    };

    [Theory]
    [MemberData(nameof(KeySizes))]
    public void Frame_tells_whether_the_range_is_serializable(bool serializable, int keyBytes)
    {
        var request = new RangeRequest
        {
            Key = ByteString.CopyFrom(new byte[keyBytes]),
            RangeEnd = ByteString.CopyFromUtf8("\0"),
            Limit = 500,
            Revision = long.MaxValue,
            Serializable = serializable,
            MaxModRevision = -1,
        };

        Assert.Equal(serializable, RangeFrame.IsSerializable(Frame(request.ToByteArray()), encoding: null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frame_that_is_gzipped_is_read_too(bool serializable)
    {
        var message = new RangeRequest { Key = ByteString.CopyFromUtf8("k"), Serializable = serializable };
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            message.WriteTo(gzip);
        }

        var frame = Frame(compressed.ToArray(), flag: 1);

        Assert.Equal(serializable, RangeFrame.IsSerializable(frame, "gzip"));
        Assert.False(RangeFrame.IsSerializable(frame, "deflate"));
    }

    [Fact]
    public void Field_that_comes_twice_counts_by_its_last_value()
    {
        Assert.False(RangeFrame.IsSerializable(Frame([0x38, 1, 0x38, 0]), encoding: null));
        Assert.True(RangeFrame.IsSerializable(Frame([0x38, 0, 0x38, 1]), encoding: null));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0x38 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 4, 0x38, 1, 0x0A, 9 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 2, 0x38, 1 })]
    [InlineData(new byte[] { 9, 0, 0, 0, 2, 0x38, 1 })]
    public void Frame_that_is_malformed_is_the_leaders(byte[] frame)
    {
        Assert.False(RangeFrame.IsSerializable(frame, "gzip"));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var frame = new byte[random.Next(64)];
            random.NextBytes(frame);
            if (frame.Length > 0)
            {
                frame[0] &= 1;
            }

            _ = RangeFrame.IsSerializable(frame, "gzip");
        }
    }

    [Fact]
    public void Length_is_known_from_five_bytes_on()
    {
        Assert.False(RangeFrame.TryReadLength(new ReadOnlySequence<byte>([0, 0, 0, 1]), out _));
        Assert.True(RangeFrame.TryReadLength(new ReadOnlySequence<byte>([0, 0, 0, 1, 2]), out var frameBytes));
        Assert.Equal(5 + 258, frameBytes);
        Assert.True(RangeFrame.TryReadLength(new ReadOnlySequence<byte>([0, 255, 255, 255, 255]), out frameBytes));
        Assert.Equal(5 + (long)uint.MaxValue, frameBytes);
    }

    private static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}
