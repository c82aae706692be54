using Etcdserverpb;
using Grpc.Core;
using Mvccpb;

namespace Etcd.Member.Tests.Grpc;

public sealed class WatchEdgeTests
{
    private const string EmptyRange = "mvcc: watcher range is empty";
    private const string DuplicateId = "mvcc: duplicate watch ID provided on the WatchStream";
    private const string NegativeStart = "etcdserver: mvcc: required revision has been compacted";

    [Fact]
    public async Task Created_comes_before_events_and_ids_count_up()
    {
        await using TestMember member = await TestMember.StartAsync();
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a") });
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a"), PrevKv = true });
        WatchResponse first = await stream.NextAsync();
        WatchResponse second = await stream.NextAsync();
        await KVEdgeTests.PutAsync(member, "a", "1");
        WatchResponse[] events = [await stream.NextAsync(), await stream.NextAsync()];

        Assert.True(first is { Created: true, Canceled: false, WatchId: 0, Header.Revision: 1 });
        Assert.True(second is { Created: true, Canceled: false, WatchId: 1 });
        Assert.Equal([0L, 1L], events.Select(response => response.WatchId).Order());
        Assert.All(events, response => Assert.Equal(2, response.Events.Single().Kv.ModRevision));
        Assert.All(events, response => Assert.Equal(member.Node.MemberId, response.Header.MemberId));
    }

    [Fact]
    public async Task Watch_from_the_past_replays_history_in_whole_revisions()
    {
        await using TestMember member = await TestMember.StartAsync();
        await KVEdgeTests.PutAsync(member, "a", "1");
        await KVEdgeTests.PutAsync(member, "a", "2");
        await member.Client.KV.DeleteRangeAsync(new DeleteRangeRequest { Key = KVEdgeTests.Bytes("a") });
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a"), StartRevision = 2 });
        Assert.True((await stream.NextAsync()).Created);

        List<Event> events = [];
        while (events.Count < 3)
        {
            events.AddRange((await stream.NextAsync()).Events);
        }

        Assert.Equal([2L, 3L, 4L], events.Select(e => e.Kv.ModRevision));
        Assert.Equal(Event.Types.EventType.Delete, events[^1].Type);
    }

    [Fact]
    public async Task Refused_creations_answer_created_and_canceled_with_the_reason()
    {
        await using TestMember member = await TestMember.StartAsync();
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a"), WatchId = 9 });
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a"), WatchId = 9 });
        await stream.CreateAsync(new WatchCreateRequest
        {
            Key = KVEdgeTests.Bytes("b"), RangeEnd = KVEdgeTests.Bytes("a"),
        });
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a"), StartRevision = -1 });
        WatchResponse created = await stream.NextAsync();
        WatchResponse[] refused = [await stream.NextAsync(), await stream.NextAsync(), await stream.NextAsync()];

        Assert.True(created is { Created: true, WatchId: 9 });
        Assert.All(refused, r => Assert.True(r is { Created: true, Canceled: true, WatchId: -1 }));
        Assert.Equal([DuplicateId, EmptyRange, NegativeStart], refused.Select(r => r.CancelReason));
    }

    [Fact]
    public async Task Cancel_is_confirmed_and_half_close_keeps_the_other_watches()
    {
        await using TestMember member = await TestMember.StartAsync();
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a") });
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("b") });
        await stream.NextAsync();
        await stream.NextAsync();
        await stream.SendAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 0 } });
        WatchResponse canceled = await stream.NextAsync();
        await stream.CloseSendAsync();
        await KVEdgeTests.PutAsync(member, "a", "1");
        await KVEdgeTests.PutAsync(member, "b", "1");
        WatchResponse next = await stream.NextAsync();

        Assert.True(canceled is { Canceled: true, WatchId: 0, CancelReason: "" });
        Assert.Equal("b", next.Events.Single().Kv.Key.ToStringUtf8());
    }

    [Fact]
    public async Task Progress_request_answers_for_the_whole_stream()
    {
        await using TestMember member = await TestMember.StartAsync();
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a") });
        await stream.NextAsync();
        await KVEdgeTests.PutAsync(member, "z", "1");
        await stream.SendAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        WatchResponse progress = await stream.NextAsync();

        Assert.Equal(-1, progress.WatchId);
        Assert.Empty(progress.Events);
        Assert.Equal(2, progress.Header.Revision);
    }

    [Fact]
    public async Task Ten_thousand_events_arrive_once_each_and_in_order()
    {
        const int count = 10_000;
        await using TestMember member = await TestMember.StartAsync();
        await using Stream stream = new(member);
        await stream.CreateAsync(new WatchCreateRequest { Key = KVEdgeTests.Bytes("a") });
        await stream.NextAsync();
        Task[] writers = [.. Enumerable.Range(0, 16).Select(async writer =>
        {
            for (int i = writer; i < count; i += 16)
            {
                await KVEdgeTests.PutAsync(member, "a", "v");
            }
        })];
        List<long> revisions = [];
        while (revisions.Count < count)
        {
            revisions.AddRange((await stream.NextAsync()).Events.Select(e => e.Kv.ModRevision));
        }

        await Task.WhenAll(writers);
        Assert.Equal(Enumerable.Range(2, count).Select(r => (long)r), revisions);
    }

    private sealed class Stream(TestMember member) : IAsyncDisposable
    {
        private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call = member.Client.Watch.Watch();

        public Task CreateAsync(WatchCreateRequest request) => SendAsync(new WatchRequest { CreateRequest = request });

        public Task SendAsync(WatchRequest request) => _call.RequestStream.WriteAsync(request);

        public Task CloseSendAsync() => _call.RequestStream.CompleteAsync();

        public async Task<WatchResponse> NextAsync()
        {
            Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TestMember.Limit));
            return _call.ResponseStream.Current;
        }

        public ValueTask DisposeAsync()
        {
            _call.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
