using Etcd.Client;
using Etcd.Member.Grpc;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Tests.Grpc;

public sealed class KVEdgeTests
{
    [Fact]
    public async Task Put_range_delete_answer_with_full_headers_and_revisions()
    {
        await using TestMember member = await TestMember.StartAsync();
        PutResponse put = await PutAsync(member, "a", "1");
        PutResponse second = await member.Client.KV.PutAsync(
            new PutRequest { Key = Bytes("a"), Value = Bytes("2"), PrevKv = true });
        RangeResponse range = await member.Client.KV.RangeAsync(new RangeRequest { Key = Bytes("a") });
        DeleteRangeResponse deleted = await member.Client.KV.DeleteRangeAsync(
            new DeleteRangeRequest { Key = Bytes("a"), PrevKv = true });

        Assert.Equal(2, put.Header.Revision);
        Assert.Equal(member.Node.MemberId, put.Header.MemberId);
        Assert.Equal(member.Node.ClusterId, put.Header.ClusterId);
        Assert.Equal(member.Node.Term, put.Header.RaftTerm);
        Assert.Equal("1", second.PrevKv.Value.ToStringUtf8());
        Assert.Equal("2", range.Kvs.Single().Value.ToStringUtf8());
        Assert.Equal(3, range.Header.Revision);
        Assert.Equal(1, deleted.Deleted);
        Assert.Equal(4, deleted.Header.Revision);
    }

    [Fact]
    public async Task Large_reads_have_threads_of_their_own()
    {
        const int Keys = 40;
        string value = new('v', 60_000);
        await using TestMember member = await TestMember.StartAsync();
        KV.KVClient kv = member.Client.KV;
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(number => PutAsync(member, $"k{number:d3}", value)));
        RangeRequest all = new() { Key = Bytes("k"), RangeEnd = Bytes("l") };
        using ManualResetEventSlim release = new();
        List<Task<bool>> taken = [.. Enumerable.Range(0, LongReads.MostThreads)
            .Select(_ => member.LongReads.RunAsync(() => release.Wait(TestMember.Limit)))];

        Task<RangeResponse> range = kv.RangeAsync(all).ResponseAsync;
        Task<TxnResponse> txn = kv.TxnAsync(new TxnRequest { Success = { new RequestOp { RequestRange = all } } }).ResponseAsync;
        RangeResponse few = await kv.RangeAsync(new RangeRequest(all) { Limit = 10 });
        RangeResponse count = await kv.RangeAsync(new RangeRequest(all) { CountOnly = true });
        await PutAsync(member, "other", "1");

        Assert.Equal((10, Keys), (few.Kvs.Count, count.Count));
        Assert.False(range.IsCompleted);
        Assert.False(txn.IsCompleted);
        release.Set();
        Assert.Equal(Keys, (await range).Kvs.Count);
        Assert.Equal(Keys, (await txn).Responses.Single().ResponseRange.Kvs.Count);
        Assert.All(await Task.WhenAll(taken), Assert.True);
    }

    [Fact]
    public async Task Invalid_requests_answer_with_etcds_errors()
    {
        await using TestMember member = await TestMember.StartAsync();
        KV.KVClient kv = member.Client.KV;
        await PutAsync(member, "a", "1");

        await ThrowsAsync(EtcdErrors.EmptyKey, async () => await kv.PutAsync(new PutRequest()));
        await ThrowsAsync(EtcdErrors.EmptyKey, async () => await kv.RangeAsync(new RangeRequest()));
        await ThrowsAsync(
            EtcdErrors.FutureRevision,
            async () => await kv.RangeAsync(new RangeRequest { Key = Bytes("a"), Revision = 99 }));
        await ThrowsAsync(
            EtcdErrors.LeaseNotFound, async () => await kv.PutAsync(new PutRequest { Key = Bytes("a"), Lease = 7 }));
        await ThrowsAsync(
            EtcdErrors.FutureRevision, async () => await kv.CompactAsync(new CompactionRequest { Revision = 99 }));
        await ThrowsAsync(
            EtcdErrors.RequestTooLarge,
            async () => await kv.PutAsync(new PutRequest { Key = Bytes("a"), Value = Large(1_572_864) }));
    }

    [Fact]
    public async Task Compaction_makes_older_revisions_unreadable()
    {
        await using TestMember member = await TestMember.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await PutAsync(member, "a", $"{i}");
        }

        await member.Client.KV.CompactAsync(new CompactionRequest { Revision = 4, Physical = true });
        RangeResponse kept = await member.Client.KV.RangeAsync(new RangeRequest { Key = Bytes("a"), Revision = 4 });

        Assert.Equal("2", kept.Kvs.Single().Value.ToStringUtf8());
        await ThrowsAsync(
            EtcdErrors.Compacted,
            async () => await member.Client.KV.RangeAsync(new RangeRequest { Key = Bytes("a"), Revision = 3 }));
    }

    [Fact]
    public async Task Txn_runs_the_branch_of_its_comparison_in_one_revision()
    {
        await using TestMember member = await TestMember.StartAsync();
        await PutAsync(member, "a", "1");
        TxnRequest request = new()
        {
            Compare =
            {
                new Compare { Key = Bytes("a"), Target = Compare.Types.CompareTarget.Value, Value = Bytes("1") },
            },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = Bytes("b"), Value = Bytes("2") } },
                new RequestOp { RequestRange = new RangeRequest { Key = Bytes("b") } },
            },
        };

        TxnResponse response = await member.Client.KV.TxnAsync(request);

        Assert.True(response.Succeeded);
        Assert.Equal(3, response.Header.Revision);
        Assert.Equal(member.Node.MemberId, response.Header.MemberId);
        Assert.Equal("2", response.Responses[1].ResponseRange.Kvs.Single().Value.ToStringUtf8());
        Assert.Equal(0UL, response.Responses[0].ResponsePut.Header.MemberId);
    }

    [Fact]
    public async Task Range_stream_gives_the_keys_of_one_range_in_chunks()
    {
        await using TestMember member = await TestMember.StartAsync();
        for (int i = 0; i < 35; i++)
        {
            await PutAsync(member, $"k{i:D2}", "v");
        }

        List<RangeResponse> chunks = await StreamAsync(
            member, new RangeRequest { Key = Bytes("k"), RangeEnd = Bytes("l"), Limit = 31 });

        Assert.Equal([10, 20, 1], chunks.Select(chunk => chunk.Kvs.Count));
        Assert.All(chunks.SkipLast(1), chunk => Assert.Null(chunk.Header));
        Assert.True(chunks[^1].More);
        Assert.Equal(35, chunks[^1].Count);
        Assert.Equal(36, chunks[^1].Header.Revision);
    }

    [Fact]
    public async Task Range_stream_chunks_end_by_size_where_values_grow()
    {
        await using TestMember member = await TestMember.StartAsync();
        for (int i = 0; i < 200; i++)
        {
            await PutAsync(member, $"k{i:D3}", i < 150 ? "v" : new string('v', 400_000));
        }

        List<RangeResponse> chunks = await StreamAsync(
            member, new RangeRequest { Key = Bytes("k"), RangeEnd = Bytes("l") });

        Assert.Equal(
            Enumerable.Range(0, 200).Select(i => $"k{i:D3}"),
            chunks.SelectMany(chunk => chunk.Kvs).Select(kv => kv.Key.ToStringUtf8()));
        Assert.All(chunks, chunk => Assert.InRange(chunk.CalculateSize(), 1, 1_572_864 + 410_000));
        Assert.Equal((200, false), (chunks[^1].Count, chunks[^1].More));
    }

    [Fact]
    public async Task Range_stream_of_one_key_of_none_and_of_a_count_is_one_chunk()
    {
        await using TestMember member = await TestMember.StartAsync();
        await PutAsync(member, "k", "v");

        foreach (var (request, keys, count) in new (RangeRequest, int, long)[]
            {
                (new() { Key = Bytes("k") }, 1, 1),
                (new() { Key = Bytes("none") }, 0, 0),
                (new() { Key = Bytes("k"), RangeEnd = Bytes("a") }, 0, 0),
                (new() { Key = Bytes("a"), RangeEnd = Bytes("\0"), CountOnly = true }, 0, 1),
                (new() { Key = Bytes("a"), RangeEnd = Bytes("z"), SortTarget = RangeRequest.Types.SortTarget.Mod },
                    1, 1),
            })
        {
            RangeResponse only = Assert.Single(await StreamAsync(member, request));
            Assert.Equal((keys, count, 2), (only.Kvs.Count, only.Count, only.Header.Revision));
        }
    }

    [Fact]
    public async Task Range_stream_refuses_what_etcd_does()
    {
        await using TestMember member = await TestMember.StartAsync();
        foreach (var (request, code, text) in new (RangeRequest, StatusCode, string)[]
            {
                (new(), StatusCode.InvalidArgument, "etcdserver: key is not provided"),
                (new() { SortOrder = (RangeRequest.Types.SortOrder)9, Key = Bytes("k") },
                    StatusCode.InvalidArgument, "etcdserver: invalid sort option"),
                (new() { Key = Bytes("k"), SortOrder = RangeRequest.Types.SortOrder.Descend, MinModRevision = 1 },
                    StatusCode.Unimplemented, "RangeStream does not support custom sort orders"),
                (new() { Key = Bytes("k"), MaxCreateRevision = 1 },
                    StatusCode.Unimplemented, "RangeStream does not support revision filters"),
                (new() { Key = Bytes("k"), Revision = 9 },
                    StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"),
            })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => StreamAsync(member, request));
            Assert.Equal((code, text), (failure.StatusCode, failure.Status.Detail));
        }
    }

    [Fact]
    public async Task Full_quota_refuses_puts_raises_the_alarm_and_lets_deletes_through()
    {
        await using TestMember member = await TestMember.StartAsync(
            new Etcd.Member.Grpc.GrpcEdgeOptions { QuotaBytes = 1 }, withNode: true);

        await ThrowsAsync(EtcdErrors.NoSpace, async () => await PutAsync(member, "a", "1"));
        AlarmResponse alarms = await member.Client.Maintenance.AlarmAsync(new AlarmRequest());
        await member.Client.KV.DeleteRangeAsync(new DeleteRangeRequest { Key = Bytes("a") });

        Assert.Equal(AlarmType.Nospace, alarms.Alarms.Single().Alarm);
        Assert.Equal(member.Node.MemberId, alarms.Alarms.Single().MemberID);
    }

    private static async Task<List<RangeResponse>> StreamAsync(TestMember member, RangeRequest request)
    {
        List<RangeResponse> chunks = [];
        using var stream = member.Client.KV.RangeStream(request);
        while (await stream.ResponseStream.MoveNext(CancellationToken.None))
        {
            chunks.Add(stream.ResponseStream.Current.RangeResponse);
        }

        return chunks;
    }

    internal static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    internal static async Task<PutResponse> PutAsync(TestMember member, string key, string value) =>
        await member.Client.KV.PutAsync(new PutRequest { Key = Bytes(key), Value = Bytes(value) });

    internal static async Task ThrowsAsync(EtcdError expected, Func<Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(expected.Message, exception.Status.Detail);
        Assert.Equal((int)expected.GrpcStatusCode, (int)exception.StatusCode);
    }

    private static ByteString Large(int bytes) => ByteString.CopyFrom(new byte[bytes]);
}
