using System.Threading.Channels;
using Etcd.Node.Tests.Cluster;
using Etcd.Node.Watching;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Tests;

public sealed class WatchTests
{
    [Fact]
    public async Task Watch_on_a_follower_sees_every_put_once_and_in_order()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember leader = await cluster.LeaderAsync();
        TestMember follower = cluster.Members.First(member => member.Id != leader.Id);
        await follower.ReadAsync("k");
        Sink sink = new();
        using WatchStream stream = follower.Node.OpenWatchStream(sink);
        sink.Stream = stream;
        stream.Request(Create("k"), denial: null);
        WatchResponse created = await sink.NextAsync();
        Assert.True(created.Created);
        for (int i = 0; i < 20; i++)
        {
            Assert.Null((await leader.PutAsync($"k{i}", $"{i}")).Error);
        }

        List<string> seen = [];
        while (seen.Count < 20)
        {
            seen.AddRange((await sink.NextAsync()).Events.Select(e => e.Kv.Value.ToStringUtf8()));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), seen);
    }

    [Fact]
    public async Task Watch_from_the_past_catches_up()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        for (int i = 0; i < 5; i++)
        {
            await cluster[0].PutAsync($"k{i}", $"{i}");
        }

        Sink sink = new();
        using WatchStream stream = cluster[0].Node.OpenWatchStream(sink);
        sink.Stream = stream;
        WatchRequest request = Create("k");
        request.CreateRequest.StartRevision = 2;
        stream.Request(request, denial: null);
        Assert.True((await sink.NextAsync()).Created);
        List<string> seen = [];
        while (seen.Count < 5)
        {
            seen.AddRange((await sink.NextAsync()).Events.Select(e => e.Kv.Value.ToStringUtf8()));
        }

        Assert.Equal(["0", "1", "2", "3", "4"], seen);
    }

    /// <summary>A shard without streams is handed no events, so each stream here is the first one of its shard as often
    /// as not, and opens while puts are being published.</summary>
    [Fact]
    public async Task Stream_that_opens_while_the_last_one_closes_misses_no_event()
    {
        const int rounds = 150;
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember member = await cluster.LeaderAsync();
        using CancellationTokenSource enough = new();
        Task[] puts = [.. Enumerable.Range(0, 2).Select(_ => PutAsync(member, enough.Token))];
        Task[] watches = [.. Enumerable.Range(0, 2).Select(_ => WatchAgainAndAgainAsync(member, rounds))];
        await Task.WhenAny(Task.WhenAll(watches), Task.WhenAny(puts));
        await enough.CancelAsync();
        await Task.WhenAll(puts);
        await Task.WhenAll(watches);
    }

    /// <summary>Each revision of the store is one put on the key.</summary>
    private static async Task PutAsync(TestMember member, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            Assert.Null((await member.PutAsync("k", "v")).Error);
        }
    }

    private static async Task WatchAgainAndAgainAsync(TestMember member, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Sink sink = new();
            using WatchStream stream = member.Node.OpenWatchStream(sink);
            sink.Stream = stream;
            stream.Request(Create("k"), denial: null);
            long next = (await sink.NextAsync()).Header.Revision + 1;
            long end = next + (round % 4);
            while (next < end)
            {
                foreach (Mvccpb.Event change in (await sink.NextAsync()).Events)
                {
                    Assert.Equal(next, change.Kv.ModRevision);
                    next++;
                }
            }
        }
    }

    private static WatchRequest Create(string prefix) => new()
    {
        CreateRequest = new WatchCreateRequest
        {
            Key = ByteString.CopyFromUtf8(prefix),
            RangeEnd = ByteString.CopyFromUtf8(prefix[..^1] + (char)(prefix[^1] + 1)),
        },
    };

    private sealed class Sink : IWatchStreamSink
    {
        private readonly Channel<WatchMessage> _responses = Channel.CreateUnbounded<WatchMessage>();

        public WatchStream? Stream { get; set; }

        public bool TrySend(in WatchMessage message) => _responses.Writer.TryWrite(message);

        public void Flush(bool here)
        {
        }

        public async Task<WatchResponse> NextAsync()
        {
            using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(20));
            WatchMessage message = await _responses.Reader.ReadAsync(timeout.Token);
            Stream!.ReturnCredit(message.SizeBytes);
            return message.ToResponse();
        }
    }
}
