using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Watching;

public sealed partial class WatchShardTests
{
    private readonly ModelStore _store = new();
    private readonly WatchShard _shard;
    private readonly RecordingSink _sink = new(places: int.MaxValue);
    private readonly WatchStreamState _stream;

    public WatchShardTests()
    {
        _shard = new WatchShard(Options(), _store) { RaftTerm = 4 };
        _stream = _shard.OpenStream(_sink, nowMilliseconds: 0);
    }

    [Fact]
    public void Created_comes_first_with_the_current_revision()
    {
        Write("a");
        Create("a");
        Write("a");

        Assert.Equal(["created 0 @2", "0 @3 a=v3"], Drain());
    }

    [Fact]
    public void Header_names_cluster_member_and_term()
    {
        Create("a");

        ResponseHeader header = _sink.Take().Response.Header;
        Assert.Equal((1UL, 2UL, 4UL), (header.ClusterId, header.MemberId, header.RaftTerm));
    }

    [Fact]
    public void Chosen_ids_count_up_skip_used_ones_and_are_not_reused()
    {
        Create("a");
        Create("a", id: 1);
        Create("a", id: -5);
        Create("a");
        Cancel(2);
        Create("a");

        Assert.Equal(
            ["created 0 @1", "created 1 @1", "created -5 @1", "created 2 @1", "canceled 2 @1", "created 3 @1"],
            Drain());
    }

    [Theory]
    [InlineData("k", "", 0, 7, null, "created canceled -1 @1 mvcc: duplicate watch ID provided on the WatchStream")]
    [InlineData("k", "a", 0, 0, null, "created canceled -1 @1 mvcc: watcher range is empty")]
    [InlineData("k", "k", 0, 0, null, "created canceled -1 @1 mvcc: watcher range is empty")]
    [InlineData("k", "", -1, 0, null, "created canceled -1 @1 etcdserver: mvcc: required revision has been compacted")]
    [InlineData("k", "", 0, 0, "no", "created canceled -1 @1 no")]
    [InlineData("k", "a", 0, 7, null, "created canceled -1 @1 mvcc: watcher range is empty")]
    [InlineData("k", "a", 0, 7, "no", "created canceled -1 @1 no")]
    [InlineData("k", "a", -1, 7, "no",
        "created canceled -1 @1 etcdserver: mvcc: required revision has been compacted")]
    [InlineData("", "", 0, 0, null, "created 0 @1")]
    [InlineData("k", "\0", 0, 0, null, "created 0 @1")]
    [InlineData("", "\0", 0, 0, null, "created 0 @1")]
    public void Create_is_checked_in_etcds_order(
        string key, string end, long start, long id, string? denial, string expected)
    {
        Create("x", id: 7);
        Drain();

        Create(key, end, start, id, denial: denial);

        Assert.Equal([expected], Drain());
    }

    [Theory]
    [InlineData("b", "", "b")]
    [InlineData("b", "d", "b c")]
    [InlineData("b", "\0", "b c d")]
    [InlineData("", "\0", "a b c d")]
    [InlineData("", "c", "a b")]
    [InlineData("", "", "")]
    public void Watch_sees_the_keys_of_its_range(string key, string end, string expected)
    {
        Create(key, end);
        Drain();

        Write("a", "b", "c", "d");

        string events = string.Join(' ', expected.Split(' ').Select(static name => name + "=v2"));
        Assert.Equal(expected.Length == 0 ? [] : [$"0 @2 {events}"], Drain());
    }

    [Fact]
    public void Events_of_a_revision_come_together_and_revisions_apart()
    {
        Create("", "\0");
        Drain();

        _store.Apply("v2", "a", "b");
        _store.Apply("v3", "-a", "c");
        _shard.Publish(_store.NextBatch(10)!);

        Assert.Equal(["0 @2 a=v2 b=v2", "0 @3 -a c=v3"], Drain());
    }

    [Theory]
    [InlineData(true, false, "0 @3 -a")]
    [InlineData(false, true, "0 @2 a=v2")]
    [InlineData(true, true, "")]
    public void Filters_drop_events_and_empty_responses(bool noPut, bool noDelete, string expected)
    {
        WatchCreateRequest request = new() { Key = ByteString.CopyFromUtf8("a") };
        request.Filters.Add(noPut ? [WatchCreateRequest.Types.FilterType.Noput] : []);
        request.Filters.Add(noDelete ? [WatchCreateRequest.Types.FilterType.Nodelete] : []);
        _shard.Handle(_stream, new WatchRequest { CreateRequest = request }, denial: null);
        Drain();

        Write("a");
        Write("-a");

        Assert.Equal(expected.Length == 0 ? [] : [expected], Drain());
    }

    [Fact]
    public void Previous_values_come_with_updates_and_deletes_only()
    {
        Create("a", previous: true);
        Create("a");
        Drain();

        Write("a");
        Write("a");
        Write("-a");

        Assert.Equal(
            ["0 @2 a=v2", "1 @2 a=v2", "0 @3 a=v3(v2)", "1 @3 a=v3", "0 @4 -a(v3)", "1 @4 -a"],
            Drain());
    }

    [Fact]
    public void Watches_of_one_change_share_only_what_is_the_same()
    {
        Write("a");
        Create("a");
        Create("a", previous: true);
        Create("a");
        Create("a", "c", previous: true);
        Create("a", "c");
        Drain();
        Write("a");
        Write("b");

        Assert.Equal(
            [
                "0 @3 a=v3",
                "1 @3 a=v3(v2)",
                "2 @3 a=v3",
                "3 @3 a=v3(v2)",
                "4 @3 a=v3",
                "3 @4 b=v4",
                "4 @4 b=v4",
            ],
            Drain());
    }

    [Fact]
    public void Compacted_previous_value_is_absent()
    {
        Write("a");
        Write("a");
        Write("a");
        _store.Compact(3);

        Create("a", start: 3, previous: true);
        CatchUp();

        Assert.Equal(["created 0 @4", "0 @4 a=v3 a=v4(v3)"], Drain());
    }

    [Fact]
    public void Watch_from_the_past_replays_and_goes_on()
    {
        Write("a");
        Write("b");
        Write("a");
        Create("a", start: 2);
        CatchUp();
        Write("a");

        Assert.Equal(["created 0 @4", "0 @4 a=v2 a=v4", "0 @5 a=v5"], Drain());
    }

    [Fact]
    public void Watch_from_the_future_is_silent_until_then()
    {
        Create("a", start: 4);
        Write("a");
        Write("a");
        Write("a");
        Write("a");

        Assert.Equal(["created 0 @1", "0 @4 a=v4", "0 @5 a=v5"], Drain());
    }

    [Fact]
    public void Watch_from_now_does_not_see_what_was_visible_before_it()
    {
        _store.Apply("v2", "a");
        Create("a");
        _shard.Publish(_store.NextBatch(1)!);
        Write("a");

        Assert.Equal(["created 0 @2", "0 @3 a=v3"], Drain());
    }

    [Fact]
    public void Watch_from_a_visible_revision_sees_it_when_it_is_published()
    {
        _store.Apply("v2", "a");
        Create("a", start: 2);
        CatchUp();
        _shard.Publish(_store.NextBatch(1)!);

        Assert.Equal(["created 0 @2", "0 @2 a=v2"], Drain());
    }

    [Fact]
    public void Compacted_start_is_created_then_canceled_and_keeps_its_id()
    {
        Write("a");
        Write("a");
        Write("a");
        _store.Compact(3);

        Create("a", start: 2, id: 9);
        Create("a", id: 9);
        Write("a");
        Cancel(9);
        Cancel(9);

        Assert.Equal(
            [
                "created 9 @4",
                "canceled 9 @0 compacted 3",
                "created canceled -1 @4 mvcc: duplicate watch ID provided on the WatchStream",
                "canceled 9 @5",
            ],
            Drain());
    }

    [Fact]
    public void Start_at_the_compact_revision_is_served()
    {
        Write("a");
        Write("-a");
        _store.Compact(3);

        Create("a", start: 3);
        CatchUp();

        Assert.Equal(["created 0 @3", "0 @3 -a"], Drain());
    }

    [Fact]
    public void Cancel_ends_a_watch_and_an_unknown_id_gets_no_answer()
    {
        Create("a");
        Cancel(5);
        Cancel(0);
        Cancel(0);
        Write("a");

        Assert.Equal(["created 0 @1", "canceled 0 @1"], Drain());
        Assert.Equal(0, _shard.WatcherCount);
    }

    [Fact]
    public void Empty_request_is_ignored()
    {
        _shard.Handle(_stream, new WatchRequest(), denial: null);

        Assert.Empty(Drain());
    }

    private static WatchShardOptions Options() => new()
    {
        ClusterId = 1,
        MemberId = 2,
        ProgressIntervalMilliseconds = 1000,
    };

    private static WatchRequest CreateRequest(
        string key,
        string end = "",
        long start = 0,
        long id = 0,
        bool previous = false,
        bool progress = false,
        bool fragment = false) => new()
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = ByteString.CopyFromUtf8(key),
                RangeEnd = ByteString.CopyFromUtf8(end),
                StartRevision = start,
                WatchId = id,
                PrevKv = previous,
                ProgressNotify = progress,
                Fragment = fragment,
            },
        };

    private static WatchRequest CancelRequest(long id) =>
        new() { CancelRequest = new WatchCancelRequest { WatchId = id } };

    private static string Text(WatchResponse response)
    {
        List<string> words = [];
        words.AddRange(response.Created ? ["created"] : []);
        words.AddRange(response.Canceled ? ["canceled"] : []);
        words.Add($"{response.WatchId} @{response.Header.Revision}");
        words.AddRange(response.CompactRevision != 0 ? [$"compacted {response.CompactRevision}"] : []);
        words.AddRange(response.CancelReason.Length != 0 ? [response.CancelReason] : []);
        foreach (Event change in response.Events)
        {
            string key = change.Kv.Key.ToStringUtf8();
            string previous = change.PrevKv is null ? string.Empty : $"({change.PrevKv.Value.ToStringUtf8()})";
            words.Add(change.Type == Event.Types.EventType.Put
                ? $"{key}={change.Kv.Value.ToStringUtf8()}{previous}"
                : $"-{key}{previous}");
        }

        return string.Join(' ', words);
    }

    private void Create(
        string key,
        string end = "",
        long start = 0,
        long id = 0,
        bool previous = false,
        bool progress = false,
        bool fragment = false,
        string? denial = null) =>
        _shard.Handle(_stream, CreateRequest(key, end, start, id, previous, progress, fragment), denial);

    private void Cancel(long id) => _shard.Handle(_stream, CancelRequest(id), denial: null);

    private void RequestProgress() =>
        _shard.Handle(_stream, new WatchRequest { ProgressRequest = new WatchProgressRequest() }, denial: null);

    private void Write(params string[] keys)
    {
        _store.Apply($"v{_store.Revision + 1}", keys);
        _shard.Publish(_store.NextBatch(int.MaxValue)!);
    }

    private void CatchUp()
    {
        while (_shard.CatchUp())
        {
        }
    }

    private List<string> Drain()
    {
        List<string> texts = [];
        while (_sink.Count > 0)
        {
            texts.Add(Text(_sink.Take().Response));
        }

        return texts;
    }
}
