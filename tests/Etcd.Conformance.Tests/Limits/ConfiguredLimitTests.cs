using System.Buffers.Binary;
using System.Net.Sockets;
using Etcd.Conformance.Tests.Tables;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Limits;

/// <summary>Limits that flags set, each as in etcd.</summary>
public sealed class ConfiguredLimitTests(ConfiguredLimitTests.LimitedPair fixture)
    : IClassFixture<ConfiguredLimitTests.LimitedPair>
{
    private readonly Pair _pair = fixture.Pair;

    private Member[] Both => [_pair.ReferenceMember, _pair.OurMember];

    [Fact]
    public async Task Max_txn_ops_counts_operations_and_depth()
    {
        const string TooMany = "etcdserver: too many operations in txn request";
        await _pair.SameAsync<TxnResponse>(Txn(Operations(5)));
        await _pair.RefusedAsync(Txn(Operations(6)), StatusCode.InvalidArgument, TooMany);
        await _pair.SameAsync<TxnResponse>(Nested(5, Txn()));
        await _pair.RefusedAsync(Nested(6, Txn()), StatusCode.InvalidArgument, TooMany);
    }

    [Fact]
    public async Task Max_request_bytes_bounds_the_proposal_and_the_message()
    {
        await _pair.SameAsync<PutResponse>(new PutRequest { Key = Bytes("k"), Value = Zeros(9_900) });
        await _pair.RefusedAsync(
            new PutRequest { Key = Bytes("k"), Value = Zeros(10_000) },
            StatusCode.InvalidArgument, "etcdserver: request is too large");
        foreach (var member in Both)
        {
            Assert.Equal(
                "ResourceExhausted: grpc: received message larger than max (600000 vs. 534288)",
                await RawCalls.OfAsync(member, "etcdserverpb.KV", "Put", new byte[600_000]));
        }
    }

    [Fact]
    public async Task Max_concurrent_streams_is_announced_to_each_connection()
    {
        foreach (var member in Both)
        {
            Assert.Equal(7u, await AnnouncedStreamsAsync(new Uri(member.ClientUrl)));
        }
    }

    /// <summary>SETTINGS_MAX_CONCURRENT_STREAMS of the server's first frame.</summary>
    /// <remarks>
    /// <code>
    /// 3 bytes length | 1 byte type | 1 byte flags | 4 bytes stream | settings of 2 bytes id and 4 bytes value
    /// </code>
    /// </remarks>
    private static async Task<uint?> AnnouncedStreamsAsync(Uri server)
    {
        const int HeaderBytes = 9;
        const ushort MaxConcurrentStreams = 3;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, limit.Token);
        await using var stream = client.GetStream();
        byte[] emptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. emptySettings], limit.Token);
        byte[] header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, limit.Token);
        Assert.Equal(emptySettings[3], header[3]);
        byte[] settings = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
        await stream.ReadExactlyAsync(settings, limit.Token);
        for (int at = 0; at < settings.Length; at += 6)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings.AsSpan(at)) == MaxConcurrentStreams)
            {
                return BinaryPrimitives.ReadUInt32BigEndian(settings.AsSpan(at + 2));
            }
        }

        return null;
    }

    private static RequestOp[] Operations(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Op(Put($"k{number}", "v")))];

    private static ByteString Zeros(int length) => UnsafeByteOperations.UnsafeWrap(new byte[length]);

    /// <summary>A pair with small limits.</summary>
    public sealed class LimitedPair : IAsyncLifetime
    {
        internal Pair Pair { get; } =
            new("--max-txn-ops=5", "--max-request-bytes=10000", "--max-concurrent-streams=7");

        public Task InitializeAsync() => Pair.InitializeAsync();

        public async Task DisposeAsync() => await Pair.DisposeAsync();
    }
}
