using System.IO.Pipelines;
using Etcd.Gateway.Forwarding;

namespace Etcd.Gateway.Tests.Routing;

public sealed class RangePeekTests
{
    private static readonly byte[] SerializableFrame = [0, 0, 0, 0, 2, 0x38, 1];

    [Fact]
    public async Task Body_that_comes_byte_by_byte_is_read_and_left_whole()
    {
        var pipe = new Pipe();
        var peeking = RangePeek.ReadAsync(pipe.Reader, null, CancellationToken.None).AsTask();
        foreach (var value in SerializableFrame)
        {
            Assert.False(peeking.IsCompleted);
            await pipe.Writer.WriteAsync(new[] { value });
        }

        var (isSerializable, frame) = await peeking;

        Assert.True(isSerializable);
        Assert.Equal(SerializableFrame, frame);
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal(SerializableFrame.Length, rest.Buffer.Length);
    }

    [Fact]
    public async Task Body_that_is_too_long_goes_to_the_leader_without_waiting_for_its_end()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 0, 1, 0, 0, 0, 0x38, 1 });

        var (isSerializable, frame) = await RangePeek.ReadAsync(pipe.Reader, null, CancellationToken.None);

        Assert.False(isSerializable);
        Assert.Null(frame);
    }

    [Fact]
    public async Task Body_that_is_cut_or_has_a_second_frame_is_passed_on_as_it_is()
    {
        foreach (var body in new byte[][] { [], SerializableFrame[..^1], [.. SerializableFrame, .. SerializableFrame] })
        {
            var pipe = new Pipe();
            await pipe.Writer.WriteAsync(body);
            await pipe.Writer.CompleteAsync();

            var (isSerializable, frame) = await RangePeek.ReadAsync(pipe.Reader, null, CancellationToken.None);

            Assert.False(isSerializable);
            Assert.Null(frame);
        }
    }
}
