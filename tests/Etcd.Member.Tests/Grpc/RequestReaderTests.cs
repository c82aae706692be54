using System.Buffers;
using System.IO.Pipelines;
using Etcd.Member.Grpc;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Tests.Grpc;

public sealed class RequestReaderTests
{
    private static readonly byte[] Renewal = [0, 0, 0, 0, 2, 0x08, 0x05];
    private static readonly byte[] NoMessage = [0, 0, 0, 0, 2, 0xFF, 0xFF];

    [Fact]
    public async Task Message_at_hand_is_parsed()
    {
        RequestReader<LeaseKeepAliveRequest> requests = Over(new LeavingBody(Renewal, LeavingBody.Moment.Never));

        Assert.True(await requests.ReadAsync(CancellationToken.None));

        Assert.Equal(5, requests.Current.ID);
    }

    [Fact]
    public async Task What_is_no_message_is_said_to_be_none()
    {
        RequestReader<LeaseKeepAliveRequest> requests = Over(new LeavingBody(NoMessage, LeavingBody.Moment.Never));

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            async () => await requests.ReadAsync(CancellationToken.None));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.StartsWith("grpc: failed to unmarshal the received message: ", exception.Status.Detail);
    }

    /// <summary>The server breaks a body off before it cancels the call's token: whoever reads must not take that for
    /// a failure of his own.</summary>
    [Theory]
    [InlineData(LeavingBody.Moment.BeforeRead)]
    [InlineData(LeavingBody.Moment.WhileWaiting)]
    [InlineData(LeavingBody.Moment.AfterRead)]
    [InlineData(LeavingBody.Moment.AfterWaiting)]
    public async Task Client_that_leaves_ends_the_read(LeavingBody.Moment moment)
    {
        RequestReader<LeaseKeepAliveRequest> requests = Over(new LeavingBody(Renewal, moment));

        Assert.False(requests.HasLeft);
        Assert.False(await requests.ReadAsync(CancellationToken.None));

        Assert.True(requests.HasLeft);
    }

    [Fact]
    public async Task Client_that_leaves_within_a_message_ends_the_read()
    {
        RequestReader<LeaseKeepAliveRequest> requests = Over(
            new LeavingBody([0, 0, 0], LeavingBody.Moment.Never), new LeftStream());

        Assert.False(await requests.ReadAsync(CancellationToken.None));

        Assert.True(requests.HasLeft);
    }

    private static RequestReader<LeaseKeepAliveRequest> Over(
        PipeReader body, IAsyncStreamReader<LeaseKeepAliveRequest>? library = null)
    {
        const int anyMessage = 1024;
        return new RequestReader<LeaseKeepAliveRequest>(
            library ?? new LeftStream(),
            body,
            static context => LeaseKeepAliveRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence()),
            anyMessage,
            new NoGrpcMetrics().For("etcdserverpb.Lease/LeaseKeepAlive", MethodType.DuplexStreaming));
    }

    /// <summary>A body that ends as one whose client resets the stream.</summary>
    public sealed class LeavingBody(byte[] bytes, LeavingBody.Moment moment) : PipeReader
    {
        /// <summary>When it ends.</summary>
        public enum Moment
        {
            /// <summary>Not at all.</summary>
            Never,

            /// <summary>The read fails at once.</summary>
            BeforeRead,

            /// <summary>The read fails later.</summary>
            WhileWaiting,

            /// <summary>The read has a message at once, which cannot be consumed any more.</summary>
            AfterRead,

            /// <summary>The read has a message later, which cannot be consumed any more.</summary>
            AfterWaiting,
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (moment is Moment.WhileWaiting or Moment.AfterWaiting)
            {
                await Task.Yield();
            }

            return moment is Moment.BeforeRead or Moment.WhileWaiting
                ? throw Reset()
                : new ReadResult(new ReadOnlySequence<byte>(bytes), isCanceled: false, isCompleted: false);
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (moment is Moment.AfterRead or Moment.AfterWaiting)
            {
                throw Reset();
            }
        }

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void CancelPendingRead() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
        }

        private static IOException Reset() => new("The client reset the request stream.");
    }

    private sealed class LeftStream : IAsyncStreamReader<LeaseKeepAliveRequest>
    {
        public LeaseKeepAliveRequest Current => throw new NotSupportedException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) =>
            Task.FromException<bool>(new IOException("The client reset the request stream."));
    }
}
