using System.Net;
using Etcd.Member.Peers;
using Etcd.Member.Peers.Wire;
using Etcd.Node.Peers;
using Etcd.Ports.Engine;
using Etcd.Raft;
using Etcd.Storage.Bbolt;
using Etcd.Testing;

namespace Etcd.Member.Tests.Peers;

public sealed class HttpPeerTransportTests
{
    private const ulong Cluster = 0xc1;

    [Fact]
    public async Task Members_exchange_messages_both_ways()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        await left.ServeAsync();
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);
        right.Transport.SetPeers([left.Address]);

        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 41));
        right.Transport.Send(PeerHarness.Heartbeat(2, 1, 42));

        Assert.Equal(41UL, (await right.NextAsync("heartbeat of 1")).Commit);
        Assert.Equal(42UL, (await left.NextAsync("heartbeat of 2")).Commit);
    }

    [Fact]
    public async Task Appends_arrive_in_order_and_streams_make_the_peer_active()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        await left.ServeAsync();
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);
        right.Transport.SetPeers([left.Address]);
        await WaitUntilStreamingAsync(left, right);

        for (ulong i = 1; i <= 500; i++)
        {
            left.Transport.Send(new Message
            {
                Type = MessageType.Append,
                From = 1,
                To = 2,
                Term = 1,
                LogTerm = 1,
                Index = i - 1,
                Entries = [new Entry(EntryType.Normal, 1, i, new byte[100])],
                Commit = i - 1,
            });
        }

        for (ulong i = 1; i <= 500; i++)
        {
            var message = await right.NextAsync($"append {i}");
            Assert.Equal((MessageType.Append, i - 1), (message.Type, message.Index));
            Assert.Equal(i, message.Entries[0].Index);
        }

        Assert.NotNull(left.Transport.ActiveSince(2));
        Assert.Contains("etcd_network_peer_sent_bytes_total{To=\"2\"}", left.Registry.Write(),
            StringComparison.Ordinal);
        Assert.Contains(
            "etcd_network_active_peers{Local=\"1\",Remote=\"2\"} 1", left.Registry.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_of_another_cluster_is_refused()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, 0xbad);
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);

        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 1));

        using var limit = new CancellationTokenSource(PeerHarness.Limit);
        Assert.Equal(2UL, await left.Events.Unreachable.Reader.ReadAsync(limit.Token));
        Assert.Null(left.Transport.ActiveSince(2));
        Assert.False(right.Events.Messages.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Member_that_was_removed_learns_it_from_its_stream()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        right.Removed.Add(1);
        await right.ServeAsync();

        left.Transport.SetPeers([right.Address]);

        await left.Transport.LocalMemberRemoved.WaitAsync(PeerHarness.Limit);
    }

    [Fact]
    public async Task Member_that_was_removed_learns_it_from_its_post()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        right.Events.Answer = ReceiveResult.SenderRemoved;
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);

        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 1));

        await left.Transport.LocalMemberRemoved.WaitAsync(PeerHarness.Limit);
    }

    [Fact]
    public async Task Sender_that_is_not_known_yet_can_be_answered()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        await left.ServeAsync();
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);
        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 7));
        await right.NextAsync("heartbeat of an unknown member");

        right.Transport.Send(PeerHarness.Heartbeat(2, 1, 8));

        Assert.Equal(8UL, (await left.NextAsync("answer")).Commit);
    }

    [Fact]
    public async Task Peer_that_comes_back_is_reached_again()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        await left.ServeAsync();
        left.Transport.SetPeers([right.Address]);
        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 1));
        using var limit = new CancellationTokenSource(PeerHarness.Limit);
        await left.Events.Unreachable.Reader.ReadAsync(limit.Token);

        await right.ServeAsync();
        right.Transport.SetPeers([left.Address]);
        await WaitUntilStreamingAsync(left, right);
        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 2));

        Assert.Equal(2UL, (await right.NextAsync("heartbeat after the return")).Commit);
    }

    [Fact]
    public async Task Full_queue_drops_and_reports()
    {
        await using var left = new PeerHarness(1, Cluster);
        left.Transport.SetPeers([new PeerAddress(2, ["http://127.0.0.1:1"])]);

        for (var i = 0; i < 5000; i++)
        {
            left.Transport.Send(PeerHarness.Heartbeat(1, 2, 1));
        }

        using var limit = new CancellationTokenSource(PeerHarness.Limit);
        Assert.Equal(2UL, await left.Events.Unreachable.Reader.ReadAsync(limit.Token));
    }

    [Fact]
    public async Task Forgotten_peer_gets_nothing()
    {
        await using var left = new PeerHarness(1, Cluster);
        await using var right = new PeerHarness(2, Cluster);
        await right.ServeAsync();
        left.Transport.SetPeers([right.Address]);
        left.Transport.SetPeers([]);

        left.Transport.Send(PeerHarness.Heartbeat(1, 2, 1));

        Assert.Null(left.Transport.Find(2));
        Assert.False(right.Events.Messages.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("GET", "/raft", 405)]
    [InlineData("GET", "/raft/stream/message/2", 412)]
    [InlineData("POST", "/raft", 412)]
    [InlineData("POST", "/raft/snapshot", 412)]
    [InlineData("GET", "/raft/probing", 200)]
    [InlineData("GET", "/version", 200)]
    [InlineData("GET", "/health", 404)]
    [InlineData("GET", "/metrics", 404)]
    [InlineData("GET", "/leases", 405)]
    public async Task Peer_port_answers_as_etcd(string method, string path, int expected)
    {
        await using var peer = new PeerHarness(2, Cluster);
        await peer.ServeAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), peer.Url + path);

        using var response = await client.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task Garbage_on_the_peer_port_is_refused_and_survived()
    {
        await using var peer = new PeerHarness(2, Cluster);
        await peer.ServeAsync();
        using var client = new HttpClient();
        var random = new Random(5);
        for (var i = 0; i < 50; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            using var request = new HttpRequestMessage(HttpMethod.Post,
                peer.Url + (i % 2 == 0 ? "/raft" : "/raft/snapshot"));
            request.Content = new ByteArrayContent(bytes);
            PeerHeaders.Add(request, peer.Transport.Options with { LocalId = 9 });

            using var response = await client.SendAsync(request);

            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.NoContent });
        }

        using var probe = await client.GetAsync(peer.Url + "/raft/probing");
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
    }

    [Fact]
    public async Task Snapshot_is_stored_under_its_index_before_the_message_is_handed_over()
    {
        await using var peer = new PeerHarness(2, Cluster);
        await peer.ServeAsync();
        var database = await DatabaseAtAsync(0x1f);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, peer.Url + "/raft/snapshot");
        request.Content = new ByteArrayContent([.. SnapshotHead(0x1f), .. database]);
        PeerHeaders.Add(request, peer.Transport.Options with { LocalId = 1 });

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(MessageType.Snapshot, (await peer.NextAsync("snapshot")).Type);
        var stored = await File.ReadAllBytesAsync(Path.Combine(peer.SnapshotDirectory, "000000000000001f.snap.db"));
        Assert.Equal(database, stored);
    }

    [Fact]
    public async Task Snapshot_waits_with_its_sender_while_another_is_installed()
    {
        await using var peer = new PeerHarness(2, Cluster);
        await peer.ServeAsync();
        peer.Events.IsRestoring = true;
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, peer.Url + "/raft/snapshot");
        request.Content = new ByteArrayContent([.. SnapshotHead(0x1f), .. await DatabaseAtAsync(0x1f)]);
        PeerHeaders.Add(request, peer.Transport.Options with { LocalId = 1 });

        var sending = client.SendAsync(request);
        await Task.Delay(200);
        Assert.False(sending.IsCompleted);
        Assert.Empty(Directory.GetFiles(peer.SnapshotDirectory));

        peer.Events.IsRestoring = false;
        using var response = await sending;
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(MessageType.Snapshot, (await peer.NextAsync("snapshot")).Type);
    }

    [Theory]
    [InlineData(0x1e)]
    [InlineData(0)]
    public async Task Snapshot_that_is_no_state_at_its_index_is_refused(ulong appliedIndex)
    {
        await using var peer = new PeerHarness(2, Cluster);
        await peer.ServeAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, peer.Url + "/raft/snapshot");
        request.Content = new ByteArrayContent([.. SnapshotHead(0x1f), .. await DatabaseAtAsync(appliedIndex)]);
        PeerHeaders.Add(request, peer.Transport.Options with { LocalId = 1 });

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(Directory.GetFiles(peer.SnapshotDirectory));
        Assert.False(peer.Events.Messages.Reader.TryRead(out _));
    }

    private static byte[] SnapshotHead(ulong index)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        new PeerStreamEncoder(PeerStreamKind.Message).Write(
            new Message
            {
                Type = MessageType.Snapshot,
                From = 1,
                To = 2,
                Term = 3,
                Snapshot = new Snapshot(default, new SnapshotMetadata(ConfState.Empty, index, 3)),
            },
            body);
        return body.WrittenSpan.ToArray();
    }

    /// <summary>A database file; at index 0 its last page is damaged.</summary>
    private static async Task<byte[]> DatabaseAtAsync(ulong appliedIndex)
    {
        using var engine = new InMemoryEngine();
        using var batch = engine.CreateBatch();
        var index = new byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(index, appliedIndex);
        batch.Put(Bucket.Meta, "consistent_index"u8, index);
        batch.Put(Bucket.Key, "some key"u8, new byte[3000]);
        engine.Write(batch);
        using var state = engine.OpenSnapshot();
        using var file = new MemoryStream();
        await DatabaseFileWriter.Plan(state, CancellationToken.None)
            .WriteAsync(file, appendHash: false, CancellationToken.None);
        var bytes = file.ToArray();
        if (appliedIndex == 0)
        {
            new Random(1).NextBytes(bytes.AsSpan(bytes.Length - 4096));
        }

        return bytes;
    }

    /// <summary>Both directions have their streams once appends and messages pass without the pipeline.</summary>
    private static async Task WaitUntilStreamingAsync(PeerHarness left, PeerHarness right)
    {
        using var limit = new CancellationTokenSource(PeerHarness.Limit);
        while (left.Transport.Find(right.Id)?.IsStreaming != true || right.Transport.Find(left.Id)?.IsStreaming != true)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
