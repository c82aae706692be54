using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

public sealed class WatchBodyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Body_with_an_id_has_the_bytes_of_the_whole_response(long watchId)
    {
        foreach (WatchResponse response in Samples())
        {
            WatchMessage message = new(new WatchBody(response.Clone()), watchId);
            WatchResponse expected = response.Clone();
            expected.WatchId = watchId;
            Assert.Equal(expected, message.ToResponse());
            Assert.Equal(expected.CalculateSize(), message.SizeBytes);
            Assert.True(message.Body.IsEncoded);
            byte[] encoded = new byte[message.SizeBytes];
            message.Body.Write(watchId, encoded);
            Assert.Equal(expected.ToByteArray(), encoded);
        }
    }

    [Fact]
    public void Large_body_is_left_to_the_writer()
    {
        WatchResponse response = WithEvents(valueBytes: 100_000);
        WatchMessage message = new(new WatchBody(response), 5);
        Assert.False(message.Body.IsEncoded);
        Assert.Equal(1, message.Body.EventCount);
        Assert.Equal(message.ToResponse().CalculateSize(), message.SizeBytes);
        Assert.Throws<InvalidOperationException>(() => message.Body.Write(5, new byte[message.SizeBytes]));
    }

    [Fact]
    public void Response_that_has_an_id_is_no_body() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WatchBody(new WatchResponse { WatchId = 1 }));

    private static IEnumerable<WatchResponse> Samples()
    {
        ResponseHeader header = new() { ClusterId = ulong.MaxValue, MemberId = 1, Revision = 1_000_000, RaftTerm = 2 };
        yield return new WatchResponse();
        yield return new WatchResponse { Header = new ResponseHeader() };
        yield return new WatchResponse { Header = header, Created = true };
        yield return new WatchResponse { Canceled = true, CompactRevision = 7, CancelReason = "reason" };
        yield return WithEvents(valueBytes: 0);
        WatchResponse fragment = WithEvents(valueBytes: 300);
        fragment.Header = header;
        fragment.Fragment = true;
        yield return fragment;
    }

    private static WatchResponse WithEvents(int valueBytes)
    {
        WatchResponse response = new() { Header = new ResponseHeader { Revision = 3 } };
        response.Events.Add(new Event
        {
            Kv = new KeyValue
            {
                Key = ByteString.CopyFromUtf8("key"),
                Value = ByteString.CopyFrom(new byte[valueBytes]),
                ModRevision = 3,
            },
        });
        return response;
    }
}
